import { unreadCount, type AppId, type ConversationId, type UserId } from '@queqiao/domain';
import type { CommittedBatch } from '../append/index.js';
import type { StateBatch, StoredMembership } from './ports.js';

interface Pushes {
  afterCommit(batch: CommittedBatch): void;
  pushStates(batch: StateBatch): void;
}

/** What was committed beside the log's own writer, in the words of the use cases, put into delivery's. */
export class Announcements {
  readonly #delivery: Pushes;

  constructor(delivery: Pushes) {
    this.#delivery = delivery;
  }

  /** The first entry of a new group, written by the system. */
  announce(group: {
    readonly appId: AppId;
    readonly conversationId: ConversationId;
    readonly createdMs: number;
    readonly memberVersion: number;
    readonly dispatchId: string;
    readonly firstEntry: { readonly content: Uint8Array; readonly countable: boolean };
  }): void {
    const { appId, conversationId, createdMs, memberVersion, dispatchId, firstEntry } = group;
    const { content, countable } = firstEntry;
    const entry = {
      appId,
      conversationId,
      seq: 1,
      ordinal: countable ? 1 : 0,
      createdMs,
      sender: { kind: 'system', id: '' } as const,
      clientMsgId: '',
      revision: 0,
      content,
    };
    const heads = [{ appId, conversationId, memberVersion }];
    this.#delivery.afterCommit({ dispatchId, entries: [entry], heads, stored: [] });
  }

  /** A member's own state, for all devices of that user. */
  pushState(push: {
    readonly appId: AppId;
    readonly membership: StoredMembership & {
      readonly member: { readonly userId: UserId; readonly conversationId: ConversationId };
    };
    readonly dispatchId: string;
  }): void {
    const { appId, membership, dispatchId } = push;
    const { userId, conversationId, rev, readSeq, readOrdinal, joinedSeq, leftSeq } =
      membership.member;
    const unread = unreadCount(membership.lastOrdinal, readOrdinal);
    const state = { rev, readSeq, readOrdinal, unread, joinedSeq, leftSeq };
    this.#delivery.pushStates({
      dispatchId,
      states: [{ appId, userId, conversationId, ...state }],
    });
  }
}
