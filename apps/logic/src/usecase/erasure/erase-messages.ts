import { createHash } from 'node:crypto';
import {
  conversationRef,
  MAX_DELETED_TARGETS,
  type ConversationId,
  type UserId,
} from '@queqiao/domain';

import { appendAppChange } from '../message/change-draft.js';
import type { ChangeContents, EntryLog } from '../message/ports.js';
import { deletion } from '../message/removals.js';
import { asUser, unless } from './as-user.js';
import { eraseTold } from './erase-told.js';
import type { ErasureJob, ErasureRows, ToldContents } from './ports.js';

export interface EraseMessagesDeps {
  readonly rows: Pick<
    ErasureRows,
    | 'nextConversation'
    | 'ownMessages'
    | 'blankMessages'
    | 'blankFeed'
    | 'closeConversation'
    | 'toldEntries'
    | 'rewriteTold'
  >;
  readonly log: EntryLog;
  readonly contents: Pick<ChangeContents, 'deletion'>;
  readonly told: ToldContents;
}

/** No id has a space. */
const SEPARATOR = ' ';

/**
 * One step: the next hundred messages of the conversation at hand, or the change to the next conversation. Messages are deleted for
 * everybody by the app, as the user may have left; resolves with where the job stands, or null when all conversations are done.
 */
export async function eraseMessages(
  deps: EraseMessagesDeps,
  job: ErasureJob,
): Promise<string | null> {
  const [current = '', after = ''] = job.doneTo.split(SEPARATOR);
  if (current === '' || after === '.') return nextConversation(deps, job, current);
  const conversationId = current as ConversationId;
  const ref = conversationRef(conversationId);
  if (ref.kind === 'self') {
    const more = await deps.rows.blankFeed(job);
    return at(conversationId, more ? '-' : '.');
  }
  const own = ref.kind === 'direct' && ref.a === ref.b;
  if (job.keepMessages && !own) return close(deps, job, conversationId);
  const page = { after: after === '-' ? '' : after, limit: MAX_DELETED_TARGETS };
  const found = await deps.rows.ownMessages(job, conversationId, page);
  if (own) await deps.rows.blankMessages(job, conversationId, found.seqs);
  else await deleteForAll(deps, job, conversationId, found.seqs);
  return found.after === null ? close(deps, job, conversationId) : at(conversationId, found.after);
}

async function nextConversation(
  { rows }: EraseMessagesDeps,
  job: ErasureJob,
  current: string,
): Promise<string | null> {
  const next = await rows.nextConversation(job, current);
  if (next === null) return null;
  // Before its messages are looked for: nothing is said in it behind those that are found.
  if (conversationRef(next).kind !== 'group') await rows.closeConversation(job, next);
  return at(next, '-');
}

async function close(
  deps: EraseMessagesDeps,
  job: ErasureJob,
  conversationId: ConversationId,
): Promise<string> {
  for (const sender of tellers(job, conversationId)) {
    await eraseTold(deps, job, { conversationId, sender });
  }
  await deps.rows.closeConversation(job, conversationId);
  return at(conversationId, '.');
}

/** Whose entries repeat words of the user: with which two became friends is part of their messages, and said by either. */
function tellers({ userId, keepMessages }: ErasureJob, conversationId: ConversationId): UserId[] {
  const ref = conversationRef(conversationId);
  if (ref.kind !== 'direct') return [userId];
  return keepMessages ? [] : [...new Set([ref.a, ref.b])];
}

/** The id follows from the targets: a step whose commit is in doubt is the same when it is done again. */
async function deleteForAll(
  { rows, log, contents }: EraseMessagesDeps,
  job: ErasureJob,
  conversationId: ConversationId,
  seqs: readonly number[],
): Promise<void> {
  if (seqs.length === 0) return;
  const targetSeqs = [...seqs].sort((a, b) => a - b);
  const hash = createHash('sha256').update(`${job.userId} ${targetSeqs.join()}`);
  const clientRequestId = `erase.${hash.digest('hex').slice(0, 32)}`;
  // One that somebody else deletes at this moment fails the step, and is not among those of the next.
  const ended = await unless(['DISSOLVED'], () => {
    const place = { conversationId, clientRequestId };
    return appendAppChange(log, asUser(job), place, deletion(contents, targetSeqs));
  });
  if (ended !== null) await rows.blankMessages(job, conversationId, targetSeqs);
}

function at(conversationId: string, place: string): string {
  return conversationId + SEPARATOR + place;
}
