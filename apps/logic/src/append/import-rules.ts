import { DomainError, invalidArgument } from '@queqiao/domain';
import { gaveUp } from './pending-append.js';
import { idTaken, judgeSpeaker } from './permission.js';
import type { AppendItem, HeadState, Judge } from './ports.js';

/**
 * What may be imported, decided under the lock. Who said it need not be a member any more, and nobody's mute or block matters: it
 * was said elsewhere. After one that is refused all are: the order of what is stored is that of the batch, also when the rest
 * comes again. Good for one run of a batch.
 */
export function importJudge(signal: { readonly aborted: boolean }): Judge {
  let refusal: DomainError | null = null;
  return (item, _member, head, _change, taken) => {
    // Nothing of the batch is written yet.
    if (signal.aborted) refusal ??= gaveUp();
    return (refusal ??= taken ? idTaken(item) : (item.refusal ?? judgeImport(item, head)));
  };
}

function judgeImport(
  { conversationId, createdMs, replyToSeq }: AppendItem,
  head: HeadState,
): DomainError | null {
  const app = { kind: 'system', id: '' } as const;
  const ended = judgeSpeaker({ sender: app, conversationId, takesAway: false }, null, head);
  if (ended) return ended;
  if ((createdMs ?? 0) > head.nowMs) {
    return invalidArgument('created_ms', 'must not be in the future');
  }
  if (replyToSeq === undefined || replyToSeq <= head.lastSeq) return null;
  const field = 'content.reply_to.seq';
  return new DomainError('NOT_FOUND', 'no such entry to reply to', { field });
}
