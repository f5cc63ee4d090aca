import { DomainError, type FriendRecord } from '@queqiao/domain';

import type { UserContext } from '../caller.js';
import type { ChangeOptions } from '../change/ports.js';
import { changeFriends, type FriendChangeDeps, type FriendChangeInput } from './change-deps.js';
import { checkRemark, checkTags } from './check-friend.js';
import { listStep } from './friend-steps.js';

export interface UpdateFriendInput extends FriendChangeInput {
  /** Fields left undefined stay. */
  readonly remark?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly hideMyPosts?: boolean | undefined;
  readonly hideTheirPosts?: boolean | undefined;
}

/** Changes what the caller calls a friend, and whose posts the two see. Errors: INVALID_ARGUMENT, NOT_FOUND (not a friend). */
export class UpdateFriend {
  constructor(
    readonly deps: FriendChangeDeps,
    readonly options: ChangeOptions,
  ) {}

  async run(context: UserContext, input: UpdateFriendInput): Promise<FriendRecord> {
    const remark = input.remark === undefined ? undefined : checkRemark(input.remark);
    const tags = input.tags === undefined ? undefined : checkTags(input.tags, 'tags.tags');
    return changeFriends(this.deps, this.options, context, input, {
      method: 'UpdateFriend',
      feeds: 'own',
      chat: false,
      decide: ({ own }, telling) => {
        const before = own.friend;
        if (before === null) {
          throw new DomainError('NOT_FOUND', 'there is no such friend', { field: 'user_id' });
        }
        const after = {
          ...before,
          remark: remark ?? before.remark,
          tags: tags ?? before.tags,
          hideMyPosts: input.hideMyPosts ?? before.hideMyPosts,
          hideTheirPosts: input.hideTheirPosts ?? before.hideTheirPosts,
        };
        const same = JSON.stringify(after) === JSON.stringify(before);
        const steps = same ? [] : [listStep(own, after, true, telling)];
        return { steps, answer: (friend) => friend ?? before };
      },
    });
  }
}
