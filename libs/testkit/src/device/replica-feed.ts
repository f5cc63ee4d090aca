import { ConversationServiceDefinition as Conversations } from '@queqiao/protocol/client';
import type { SurfacedLog } from '../history/surfaced-log.js';
import type { BareDevice } from './bare-device.js';
import type { ReplicaLog } from './replica.js';

export interface SyncState {
  cursor: Uint8Array;
}

const PULL_LIMIT = 500;

/** Pages through what changed since the cursor and pulls what is missing. The cursor moves only past what has surfaced. */
export async function syncAll(
  device: BareDevice,
  state: SyncState,
  logOf: (conversationId: string) => ReplicaLog,
  record?: SurfacedLog,
): Promise<void> {
  const { syncConversations } = Conversations.methods;
  for (;;) {
    const request = { cursor: state.cursor, limit: 0 };
    const page = await device.call(Conversations, syncConversations, request);
    for (const { conversationId, lastSeq, member } of page.conversations) {
      if (member !== undefined) record?.state(member);
      const log = logOf(conversationId);
      log.known = Math.max(log.known, lastSeq);
      await fillGap(device, conversationId, log);
    }
    state.cursor = page.cursor;
    for (const { conversationId, lastSeq } of page.conversations) {
      record?.cursor(conversationId, lastSeq);
    }
    if (!page.hasMore) return;
  }
}

/** Pulls until everything that is known of has surfaced. */
export async function fillGap(
  device: BareDevice,
  conversationId: string,
  log: ReplicaLog,
): Promise<void> {
  const { pullEntries } = Conversations.methods;
  while (log.hasGap) {
    const before = log.high;
    const range = { fromSeq: log.high + 1, toSeq: 0, limit: PULL_LIMIT, backwards: false };
    const request = { conversationId, ...range };
    const answer = await device.call(Conversations, pullEntries, request);
    for (const entry of answer.entries) log.add(entry, 'pull');
    for (const hidden of answer.notVisible) log.pass(hidden);
    if (log.high === before)
      throw new Error(`a pull of ${conversationId} from ${before + 1} gave nothing`);
  }
}

/** Unread counts of all conversations, asked for from the beginning. */
export async function readUnread(device: BareDevice): Promise<Map<string, number | undefined>> {
  const { syncConversations } = Conversations.methods;
  const counts = new Map<string, number | undefined>();
  for (let cursor: Uint8Array = new Uint8Array(); ;) {
    const page = await device.call(Conversations, syncConversations, { cursor, limit: 0 });
    for (const { conversationId, member } of page.conversations) {
      counts.set(conversationId, member?.unread);
    }
    if (!page.hasMore) return counts;
    cursor = page.cursor;
  }
}
