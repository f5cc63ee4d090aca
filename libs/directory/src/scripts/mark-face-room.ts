import { LUA_NOW, luaScript } from './lua-script.js';

/**
 * Keeps which group came of a room, as long as the room lasts.
 *
 * KEYS: expiries (room → end), people (room → users; room:g → group). ARGV: room, group.
 * Returns 1 for the first to do so, else 0, also for a room that is gone.
 */
export const MARK_FACE_ROOM = luaScript(`
${LUA_NOW}
local expiry = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not expiry or tonumber(expiry) <= now then return 0 end
return redis.call('HSETNX', KEYS[2], ARGV[1] .. ':g', ARGV[2])
`);
