import {
  conversationRef,
  type AppId,
  type ConversationId,
  type ConversationRef,
  type Sender,
  type UserId,
} from '@queqiao/domain';
import type { Clock } from '@queqiao/runtime';
import type { ConversationStore, UserStore } from '@queqiao/store-mysql';
import { conversationNotFound, judgeMembership } from '../append/index.js';
import type { Delivery } from '../delivery/index.js';
import type { TransientDraft, Transients } from '../usecase/message/ports.js';

export interface LiveTransientsDeps {
  readonly conversations: Pick<ConversationStore, 'member' | 'memberList'>;
  readonly users: Pick<UserStore, 'existing'>;
  readonly delivery: Pick<Delivery, 'pushTransient'>;
  readonly clock: Clock;
}

/** Permission by a plain read: a signal that crosses a removal may still arrive, unlike a message. */
export class LiveTransients implements Transients {
  constructor(readonly deps: LiveTransientsDeps) {}

  async deliver(draft: TransientDraft): Promise<{ createdMs: number }> {
    const { appId, conversationId, sender } = draft;
    const userIds = await this.#recipients(appId, conversationId, sender);
    const createdMs = this.deps.clock.now();
    this.deps.delivery.pushTransient({ ...draft, createdMs, userIds });
    return { createdMs };
  }

  async #recipients(
    appId: AppId,
    conversationId: ConversationId,
    sender: Sender,
  ): Promise<readonly UserId[]> {
    const { conversations } = this.deps;
    // Nobody ever left at or after this seq: the answer holds current members only.
    const list = await conversations.memberList(appId, conversationId, Number.MAX_SAFE_INTEGER);
    if (!list) return this.#future(appId, conversationId);
    if (sender.kind === 'user') {
      const user = sender.id as UserId;
      const membership = await conversations.member(appId, user, conversationId);
      const refusal = judgeMembership(membership?.member ?? null);
      if (refusal) throw refusal;
    }
    return list.members.filter(({ leftSeq }) => leftSeq === null).map(({ userId }) => userId);
  }

  /** Of a direct chat or a feed in which nothing was said yet: people type before they write. */
  async #future(appId: AppId, conversationId: ConversationId): Promise<readonly UserId[]> {
    const ref = conversationRef(conversationId);
    const userIds = ref.kind === 'direct' ? [...new Set([ref.a, ref.b])] : feedOwner(ref);
    const existing = await this.deps.users.existing(appId, userIds);
    if (userIds.length === 0 || existing.size < userIds.length) throw conversationNotFound();
    return userIds;
  }
}

function feedOwner(ref: ConversationRef): UserId[] {
  return ref.kind === 'self' ? [ref.user] : [];
}
