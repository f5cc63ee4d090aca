import { encodeMessage } from '@queqiao/protocol';
import { Presence } from '@queqiao/protocol/client';
import type { UserPresence } from '../../usecase/presence/ports.js';

/** Platforms are named here as in the contract's enum, in small letters. */
export function toPresence({ userId, platforms, lastSeenMs }: UserPresence): Presence {
  return {
    userId,
    online: platforms.length > 0,
    platforms: platforms.map((name) => name.replaceAll('-', '_')),
    lastSeenMs,
  };
}

export function encodePresence(presence: UserPresence): Uint8Array {
  return encodeMessage(Presence, toPresence(presence));
}
