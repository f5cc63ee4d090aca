import { activeApp } from '../app/active-app.js';
import type { Apps } from '../app/ports.js';
import type { UserContext } from '../caller.js';
import { actorOf, changeRequest, notice, settled } from '../change/change-request.js';
import type { ChangeOptions, CommitPusher } from '../change/ports.js';
import type { GroupNotices } from './ports.js';
import type { GroupRequests, MarkRead } from './request-ports.js';

export interface MarkRequestsReadDeps {
  readonly apps: Apps;
  readonly groups: Pick<GroupRequests, 'markInvitationsRead' | 'markApplicationsRead'>;
  readonly notices: GroupNotices;
  readonly push: CommitPusher;
}

/** What the caller has seen of the lists of requests, told to the caller's other devices. Errors: INVALID_ARGUMENT. */
export class MarkRequestsRead {
  constructor(
    readonly deps: MarkRequestsReadDeps,
    readonly options: ChangeOptions,
  ) {}

  async invitations(context: UserContext, clientRequestId: string): Promise<void> {
    const request = changeRequest(context, clientRequestId, 'MarkInvitationsRead');
    const work = await this.#work(context, request, 'invitations');
    settled(this.deps.push, await this.deps.groups.markInvitationsRead(work));
  }

  async applications(context: UserContext, clientRequestId: string): Promise<void> {
    const request = changeRequest(context, clientRequestId, 'MarkApplicationsRead');
    const work = await this.#work(context, request, 'applications');
    settled(this.deps.push, await this.deps.groups.markApplicationsRead(work));
  }

  async #work(
    { appId, caller }: UserContext,
    request: MarkRead['request'],
    list: 'invitations' | 'applications',
  ): Promise<MarkRead> {
    await activeApp(this.deps.apps, appId);
    const words = this.deps.notices.requestsRead(list);
    const entry = notice(actorOf(caller), words, { shown: false });
    return { ...this.options, appId, userId: caller.userId, request, entry };
  }
}
