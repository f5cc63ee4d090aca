import {
  GroupServiceDefinition as Groups,
  type GroupApplication,
  type ListApplicationsResponse,
  type ListMyApplicationsResponse,
} from '@queqiao/protocol/client';
import { answered } from '../connection/answered.js';
import type { GroupCalls, PageRequest } from './group-calls.js';

/** Those who ask to come into a group: as its owner or admin, and as the one who asks. */
export class GroupApplications {
  constructor(private readonly calls: GroupCalls) {}

  /**
   * Applications to one group, or to all that the user may handle, newest change first. `unreadCount`: pending ones that came
   * since `markRead`.
   */
  list(
    options: PageRequest & { readonly groupId?: string } = {},
  ): Promise<ListApplicationsResponse> {
    return this.calls.call(Groups, 'listApplications', options);
  }

  /** The user's own, newest change first. */
  listMine(options: PageRequest = {}): Promise<ListMyApplicationsResponse> {
    return this.calls.call(Groups, 'listMyApplications', options);
  }

  /** Lets an applicant in, or not. Rejects with CONFLICT when it does not wait any more. */
  async handle(
    groupId: string,
    userId: string,
    accept: boolean,
    answer = '',
  ): Promise<GroupApplication> {
    const request = { groupId, userId, accept, answer };
    return answered((await this.calls.change(Groups, 'handleApplication', request)).application);
  }

  /** Takes the user's own back. Rejects with CONFLICT when it does not wait any more. */
  async cancel(groupId: string): Promise<GroupApplication> {
    const { application } = await this.calls.change(Groups, 'cancelApplication', { groupId });
    return answered(application);
  }

  /** The user has seen those that there are, on this device. */
  async markRead(): Promise<void> {
    await this.calls.change(Groups, 'markApplicationsRead', {});
  }
}
