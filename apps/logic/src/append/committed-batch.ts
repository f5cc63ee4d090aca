import type { PendingAppend } from './pending-append.js';
import type { BatchCommit, CommittedBatch, CommittedEntry, EntryPlace } from './ports.js';

/** What delivery has to push after a commit; undefined: nothing. */
export function publishCommit(
  items: readonly PendingAppend[],
  commit: BatchCommit,
): CommittedBatch | undefined {
  const entries: CommittedEntry[] = [];
  const stored = new Map<string, EntryPlace>();
  items.forEach((item, index) => {
    const outcome = commit.outcomes[index];
    if (outcome?.status === 'committed') {
      entries.push({
        ...placed(item),
        content: outcome.content ?? item.request.content,
        state: outcome.state ?? 'present',
        seq: outcome.seq,
        ordinal: outcome.ordinal,
        createdMs: outcome.createdMs,
      });
    } else if (outcome?.status === 'duplicate' && item.ambiguous) {
      const { appId, conversationId } = item.request;
      stored.set(`${item.key} ${outcome.seq}`, { appId, conversationId, seq: outcome.seq });
    }
  });
  if (entries.length === 0 && stored.size === 0) return undefined;
  return {
    dispatchId: commit.dispatchId,
    entries,
    heads: commit.committed,
    stored: [...stored.values()],
  };
}

function placed(
  item: PendingAppend,
): Omit<CommittedEntry, 'seq' | 'ordinal' | 'createdMs' | 'content' | 'state'> {
  const { appId, conversationId, sender, clientMsgId, origin } = item.request;
  return {
    appId,
    conversationId,
    sender,
    clientMsgId,
    revision: 0,
    // A caller that gave up gets no reply, so its session must get the push.
    origin: item.abandoned ? undefined : origin,
  };
}
