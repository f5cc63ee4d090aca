import { conversationRef, type ConversationRef, type UserId } from '@queqiao/domain';
import type { Clock } from '@queqiao/runtime';
import type { ConversationStore, UserStore } from '@queqiao/store-mysql';
import { conversationNotFound, judgeSpeaker } from '../append/index.js';
import type { Delivery } from '../delivery/index.js';
import type { TransientDraft, Transients } from '../usecase/message/ports.js';

export interface LiveTransientsDeps {
  readonly conversations: Pick<ConversationStore, 'heads' | 'member' | 'memberList'>;
  readonly users: Pick<UserStore, 'existing'>;
  readonly delivery: Pick<Delivery, 'pushTransient'>;
  readonly clock: Clock;
}

/** Permission by a plain read: a signal that crosses a removal may still arrive, unlike a message. */
export class LiveTransients implements Transients {
  constructor(readonly deps: LiveTransientsDeps) {}

  async deliver(draft: TransientDraft): Promise<{ createdMs: number }> {
    const createdMs = this.deps.clock.now();
    const large = await this.#largeGroup(draft);
    const userIds = large ? [] : await this.#recipients(draft);
    this.deps.delivery.pushTransient({ ...draft, createdMs, userIds, large });
    return { createdMs };
  }

  /** Of a large group the members are never read: its nodes know their sessions. */
  async #largeGroup(draft: TransientDraft) {
    const { appId, conversationId, sender } = draft;
    if (!conversationId.startsWith('g:')) return undefined;
    const [head] = await this.deps.conversations.heads(appId, [conversationId]);
    if (head?.mode !== 'subscribed') return undefined;
    if (sender.kind === 'user') await this.#mustBeHeard(draft);
    return { seq: Number.MAX_SAFE_INTEGER, leaveVersion: head.leaveVersion };
  }

  async #mustBeHeard({ appId, conversationId, sender, directRule }: TransientDraft): Promise<void> {
    const user = sender.id as UserId;
    const membership = await this.deps.conversations.member(appId, user, conversationId);
    const speaking = { sender, conversationId, takesAway: false, directRule };
    const head = { flags: membership?.headFlags ?? 0, nowMs: this.deps.clock.now() };
    const refusal = judgeSpeaker(speaking, membership?.member ?? null, head);
    if (refusal) throw refusal;
  }

  async #recipients(draft: TransientDraft): Promise<readonly UserId[]> {
    const { appId, conversationId, sender } = draft;
    const { conversations } = this.deps;
    // Nobody ever left at or after this seq: the answer holds current members only.
    const list = await conversations.memberList(appId, conversationId, Number.MAX_SAFE_INTEGER);
    if (!list) return this.#future(draft);
    if (sender.kind === 'user') await this.#mustBeHeard(draft);
    else await this.#existingUsers(draft);
    return list.members.filter(({ leftSeq }) => leftSeq === null).map(({ userId }) => userId);
  }

  /** Of a direct chat or a feed in which nothing was said yet: people type before they write. */
  async #future(draft: TransientDraft): Promise<readonly UserId[]> {
    const { conversationId, sender, directRule } = draft;
    const userIds = await this.#existingUsers(draft);
    if (userIds.length === 0) throw conversationNotFound();
    const stranger = { role: 'member', leftSeq: null, flags: 0, mutedUntilMs: 0 } as const;
    const speaking = { sender, conversationId, takesAway: false, directRule };
    const refusal = judgeSpeaker(speaking, stranger, { flags: 0, nowMs: 0 });
    if (refusal) throw refusal;
    return userIds;
  }

  /** Those of whom the id tells, none of a group. What one of them does not exist for, or no longer, is no conversation. */
  async #existingUsers({ appId, conversationId }: TransientDraft): Promise<readonly UserId[]> {
    const userIds = usersOf(conversationRef(conversationId));
    const existing = await this.deps.users.existing(appId, userIds);
    if (existing.size < userIds.length) throw conversationNotFound();
    return userIds;
  }
}

function usersOf(ref: ConversationRef): UserId[] {
  if (ref.kind === 'direct') return [...new Set([ref.a, ref.b])];
  return ref.kind === 'self' ? [ref.user] : [];
}
