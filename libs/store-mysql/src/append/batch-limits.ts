import {
  APPEND_MAX_CONTENT_BYTES,
  APPEND_MAX_ITEMS,
  APPEND_MAX_MENTIONS,
  APPEND_TARGET_BYTES,
  type AppendItem,
} from '../append-types.js';

/** Throws RangeError for a batch whose statements could be too long for the server, or lock too many rows. */
export function checkBatch(items: readonly AppendItem[]): void {
  if (items.length > APPEND_MAX_ITEMS) {
    throw new RangeError(`a batch holds at most APPEND_MAX_ITEMS (${APPEND_MAX_ITEMS}) items`);
  }
  let size = 0;
  let mentions = 0;
  for (const item of items) {
    size += item.content.byteLength + changeBytes(item);
    mentions += item.mentions?.userIds.length ?? 0;
  }
  if (mentions > APPEND_MAX_MENTIONS) {
    throw new RangeError(
      `a batch names at most APPEND_MAX_MENTIONS (${APPEND_MAX_MENTIONS}) users`,
    );
  }
  if (size > APPEND_MAX_CONTENT_BYTES) {
    throw new RangeError(
      `a batch holds at most APPEND_MAX_CONTENT_BYTES (${APPEND_MAX_CONTENT_BYTES}) bytes of content`,
    );
  }
}

/** An edit's content is written twice; what takes messages away is a few statements for each of them. */
function changeBytes({ change }: AppendItem): number {
  if (change?.kind === 'edit') return change.content.byteLength;
  const takesAway = change?.kind === 'recall' || change?.kind === 'delete';
  return takesAway ? change.targetSeqs.length * APPEND_TARGET_BYTES : 0;
}
