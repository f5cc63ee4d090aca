import { LUA_NOW, LUA_PLATFORMS, luaScript } from './lua-script.js';

/**
 * Looks whether a user is online elsewhere than all watchers were told, and takes it as told then: of several nodes that look
 * after one change, one gets it.
 *
 * KEYS: the user's watchers (viewer → end), what they were told, the user's lines, the bucket's canaries.
 * Returns the platforms, joined by commas, followed by the watchers; nothing when nobody watches or nothing has changed.
 */
export const TAKE_CHANGE = luaScript(`
${LUA_NOW}
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%d', now))
local left = redis.call('PTTL', KEYS[1])
if left <= 0 then return {} end
${LUA_PLATFORMS}
local state = table.concat(platforms(KEYS[3], KEYS[4]), ',')
if redis.call('GET', KEYS[2]) == state then return {} end
redis.call('SET', KEYS[2], state, 'PX', left)
local answer = redis.call('ZRANGE', KEYS[1], 0, -1)
table.insert(answer, 1, state)
return answer
`);
