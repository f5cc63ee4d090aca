import type { UserContext } from '../caller.js';
import { nextRequestToken, requestPage, type RequestList } from './check-page.js';
import type { GroupRequests, Invitation } from './request-ports.js';

export interface InvitationPage {
  readonly invitations: readonly Invitation[];
  /** Empty: this was the last page. */
  readonly nextPageToken: string;
  readonly unreadCount: number;
}

/** Invitations of the caller, newest change first. Errors: INVALID_ARGUMENT. */
export class ListInvitations {
  constructor(
    readonly deps: { readonly groups: Pick<GroupRequests, 'invitations' | 'unreadInvitations'> },
  ) {}

  async run({ appId, caller }: UserContext, input: RequestList): Promise<InvitationPage> {
    const { groups } = this.deps;
    const { userId } = caller;
    const page = requestPage(input);
    const invitations = await groups.invitations(appId, userId, page);
    const unreadCount = await groups.unreadInvitations(appId, userId);
    return { invitations, nextPageToken: nextRequestToken(invitations, page), unreadCount };
  }
}
