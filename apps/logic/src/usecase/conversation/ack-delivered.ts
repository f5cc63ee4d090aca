import { isId, parseConversationId, type AppId, type UserId } from '@queqiao/domain';

import type { DeliveredAck, MemberChangeDeps, MemberChangeOptions } from './member-log.js';

export interface AckInput {
  readonly appId: string;
  readonly userId: string;
  readonly conversationId: string;
  readonly seq: number;
}

/** Acks that one transaction takes; more are done in several, one after the other. */
export const ACKS_PER_TRANSACTION = 500;

/**
 * Moves the delivered cursors of devices' users forward and tells the other sides of direct chats. Acks tell nothing that a
 * later one would not, so that those that cannot be right are left out.
 */
export class AckDelivered {
  constructor(
    readonly deps: MemberChangeDeps,
    readonly options: MemberChangeOptions,
  ) {}

  async run({ acks }: { readonly acks: readonly AckInput[] }): Promise<void> {
    const good = acks.flatMap(parse);
    for (let at = 0; at < good.length; at += ACKS_PER_TRANSACTION) {
      const part = good.slice(at, at + ACKS_PER_TRANSACTION);
      const { dispatchId, changed } = await this.deps.members.ackDelivered(part, this.options);
      if (changed.length > 0) this.deps.push.pushStates({ dispatchId, states: changed });
    }
  }
}

function parse({ appId, userId, conversationId, seq }: AckInput): DeliveredAck[] {
  if (!isId(appId) || !isId(userId) || seq < 1) return [];
  try {
    const id = parseConversationId(conversationId);
    return [{ appId: appId as AppId, userId: userId as UserId, conversationId: id, seq }];
  } catch {
    return [];
  }
}
