import type { UserContext } from '../caller.js';
import { nextRequestToken, requestPage, type RequestList } from './check-page.js';
import type { GroupReads } from './read-ports.js';
import type { Application, GroupRequests } from './request-ports.js';
import { seeGroup } from './view-group.js';

export interface ApplicationPage {
  readonly applications: readonly Application[];
  /** Empty: this was the last page. */
  readonly nextPageToken: string;
}

export interface ListApplicationsDeps {
  readonly groups: Pick<GroupReads, 'groups' | 'members'> & GroupRequests;
}

/**
 * Applications to one group, or to all that the caller governs, newest change first, with the number of those that came since
 * the caller saw them. Errors: INVALID_ARGUMENT, NOT_FOUND, NOT_A_MEMBER, PERMISSION_DENIED, DISSOLVED.
 */
export class ListApplications {
  constructor(readonly deps: ListApplicationsDeps) {}

  async run(
    context: UserContext,
    input: RequestList & { readonly groupId: string },
  ): Promise<ApplicationPage & { readonly unreadCount: number }> {
    const { groups } = this.deps;
    const { appId, caller } = context;
    const { userId } = caller;
    const page = requestPage(input);
    const groupId =
      input.groupId === ''
        ? null
        : (await seeGroup(groups, context, input.groupId, 'handle-application')).groupId;
    const applications =
      groupId === null
        ? await groups.applicationsFor(appId, userId, page)
        : await groups.applicationsTo(appId, groupId, page);
    const unreadCount = await groups.unreadApplications(appId, userId, groupId);
    return { applications, nextPageToken: nextRequestToken(applications, page), unreadCount };
  }

  /** The caller's own. Errors: INVALID_ARGUMENT. */
  async mine({ appId, caller }: UserContext, input: RequestList): Promise<ApplicationPage> {
    const page = requestPage(input);
    const applications = await this.deps.groups.applicationsOf(appId, caller.userId, page);
    return { applications, nextPageToken: nextRequestToken(applications, page) };
  }
}
