import { createHash } from 'node:crypto';
import type { AppId, GroupId, UserId } from '@queqiao/domain';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
/** 130 bits: two different requests never meet. */
const LENGTH = 26;

/**
 * The id of a group whose creator chose none. It follows from the request, so that a repeated one finds the first group
 * without a look-up of its own.
 */
export function groupIdOf(appId: AppId, ownerId: UserId, clientRequestId: string): GroupId {
  return idFrom(`${appId}:${ownerId}:${clientRequestId}`);
}

/** The id of the group that comes of a face room: the same for everybody in it. No id of a user is empty. */
export function faceGroupId(appId: AppId, roomId: string): GroupId {
  return idFrom(`${appId}::${roomId}`);
}

function idFrom(text: string): GroupId {
  const hash = createHash('sha256').update(text).digest();
  let id = '';
  let bits = 0;
  let held = 0;
  for (const byte of hash) {
    held = ((held << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      id += ALPHABET[(held >> bits) & 31] ?? '';
    }
  }
  return id.slice(0, LENGTH) as GroupId;
}
