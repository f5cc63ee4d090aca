import { LUA_NOW, luaScript } from './lua-script.js';

/**
 * KEYS: expiries (room → end), people (room → users, a line each; room:g → group). ARGV: room.
 * Returns end, group or empty, users; nothing for a room that is gone.
 */
export const READ_FACE_ROOM = luaScript(`
${LUA_NOW}
local expiry = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not expiry or tonumber(expiry) <= now then return {} end
local people = redis.call('HGET', KEYS[2], ARGV[1])
if not people then return {} end
return { string.format('%d', tonumber(expiry)), redis.call('HGET', KEYS[2], ARGV[1] .. ':g') or '', people }
`);
