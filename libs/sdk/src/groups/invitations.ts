import {
  GroupServiceDefinition as Groups,
  type AnswerInvitationResponse,
  type ListInvitationsResponse,
} from '@queqiao/protocol/client';
import type { GroupCalls, PageRequest } from './group-calls.js';

/** Groups that the user was asked into. */
export class GroupInvitations {
  constructor(private readonly calls: GroupCalls) {}

  /** Newest change first. `unreadCount`: pending ones that came since `markRead`. */
  list(options: PageRequest = {}): Promise<ListInvitationsResponse> {
    return this.calls.call(Groups, 'listInvitations', options);
  }

  /**
   * Comes in, or does not. `application` is set when an admin has to agree too. Rejects with CONFLICT when it does not wait any
   * more, and with PERMISSION_DENIED when the inviter may bring nobody in any more.
   */
  async answer(groupId: string, accept: boolean): Promise<AnswerInvitationResponse> {
    const answer = await this.calls.change(Groups, 'answerInvitation', { groupId, accept });
    if (answer.joined) this.calls.onJoined();
    return answer;
  }

  /** The user has seen those that there are, on this device. */
  async markRead(): Promise<void> {
    await this.calls.change(Groups, 'markInvitationsRead', {});
  }
}
