import { createHash } from 'node:crypto';
import { invalidArgument, type AppId } from '@queqiao/domain';

import { decodePage, encodePage } from '../paging.js';
import type { EventPlace } from './ports.js';

/** What stands before it is a whole cursor to servers of the version before, which made none with a mark and pass this one over. */
const MARK_BEGINS = '=';
const MARK_CHARS = 11;

export interface EventCursor {
  readonly logEpoch: number;
  readonly place: EventPlace;
}

/** A cursor of the app's events, and of no other app's: its positions mean something else there. */
export function encodeEventCursor(appId: AppId, { logEpoch, place }: EventCursor): string {
  const { position, seq } = place;
  return `${encodePage([logEpoch, position, seq ?? 0])}${MARK_BEGINS}${markOf(appId)}`;
}

/**
 * Null for an empty one. One without a mark is from before there were marks, and is taken: back ends keep cursors. Errors:
 * INVALID_ARGUMENT naming `cursor`.
 */
export function decodeEventCursor(appId: AppId, cursor: string): EventCursor | null {
  const [token = '', mark, ...rest] = cursor.split(MARK_BEGINS);
  const isOurs = mark === undefined || (mark === markOf(appId) && token !== '');
  if (!isOurs || rest.length > 0) throw invalidArgument('cursor', 'is not a cursor of this app');
  const parts = decodePage(token, ['number', 'number', 'number'], 'cursor');
  if (parts === null) return null;
  const [logEpoch, position, seq] = parts;
  // Seqs begin with 1, so that 0 stands for a whole position.
  return { logEpoch, place: { position, seq: seq === 0 ? null : seq } };
}

function markOf(appId: AppId): string {
  const digest = createHash('sha256').update(`events ${appId}`).digest('base64url');
  return digest.slice(0, MARK_CHARS);
}
