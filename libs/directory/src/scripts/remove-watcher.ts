import { luaScript } from './lua-script.js';

/** KEYS: a user's watchers (viewer → end). ARGV: viewer. Returns 1 when it was one, else 0. */
export const REMOVE_WATCHER = luaScript(`
return redis.call('ZREM', KEYS[1], ARGV[1])
`);
