import type { TextStorage } from './device.js';
import type { SeenMark } from './moments-session.js';

/** Kept in this browser, one for each person. */
export function seenPostsOf(storage: TextStorage, userId: string): SeenMark {
  const key = `queqiao.seen-posts.${userId}`;
  return {
    get: () => Number(storage.getItem(key) ?? 0),
    set: (createdMs) => storage.setItem(key, String(createdMs)),
  };
}
