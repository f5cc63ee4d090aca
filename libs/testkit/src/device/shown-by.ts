import type { QueqiaoClient, ReplicaSnapshot } from '@queqiao/sdk';
import { contentDigestOf, type KeptEntry, type ShownConversation } from '../history/shown.js';

/** What a client shows, and what its store has kept. */
export function shownBy(
  client: QueqiaoClient,
  stored: ReplicaSnapshot | undefined,
): Map<string, ShownConversation> {
  const kept = new Map<string, KeptEntry[]>();
  for (const { conversationId, seq, state, content } of stored?.entries ?? []) {
    const lines = kept.get(conversationId) ?? [];
    kept.set(conversationId, lines);
    lines.push({ seq, state, contentDigest: contentDigestOf(content) });
  }
  const views = client.conversations({ hidden: true });
  return new Map(
    views.map((view) => {
      const { conversationId: id, readSeq, mentionedSeq } = view;
      const { pinned, muted, hidden, markedUnread, draft, remark } = view;
      const settings = { pinned, muted, hidden, markedUnread, draft, remark };
      const messages = client.messages(id).map((message) => ({
        seq: message.seq,
        state: message.state,
        contentDigest: contentDigestOf(message.content),
        reactions: message.reactions,
        pinned: message.pinned,
      }));
      return [id, { settings, readSeq, mentionedSeq, messages, kept: kept.get(id) ?? [] }];
    }),
  );
}
