import type { UserContext } from '../caller.js';
import type { JoinLinkDeps } from './get-join-link.js';
import type { JoinLink } from './request-ports.js';
import { seeGroup } from './view-group.js';

/** Links of a group that are good, newest first. Errors: INVALID_ARGUMENT and what the table of permissions says. */
export class ListJoinLinks {
  constructor(readonly deps: JoinLinkDeps) {}

  async run(context: UserContext, given: string): Promise<JoinLink[]> {
    const { links, groups } = this.deps;
    const { groupId } = await seeGroup(groups, context, given, 'manage-links');
    return links.joinLinks(context.appId, groupId);
  }
}
