import { LUA_NOW, LUA_PLATFORMS, luaScript } from './lua-script.js';

/**
 * Makes somebody a watcher of a user, or extends that, and reads what there is to see in the same moment, so that no change
 * falls between the two.
 *
 * KEYS: the user's watchers (viewer → end), what they were told, the user's lines, the bucket's canaries.
 * ARGV: viewer, lasts in ms, most watchers.
 * Returns `watching`, or `full` when there is no room for a new one, followed by the platforms.
 *
 * What all watchers were told stays true only while everyone knows the same. One that learns something else here makes it
 * unknown, and the next look at the user is told to all.
 */
export const ADD_WATCHER = luaScript(`
${LUA_NOW}
${LUA_PLATFORMS}
local viewer, lasts, most = ARGV[1], ARGV[2], tonumber(ARGV[3])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%d', now))
local answer = platforms(KEYS[3], KEYS[4])
local state = table.concat(answer, ',')
local others = redis.call('ZCARD', KEYS[1])
if redis.call('ZSCORE', KEYS[1], viewer) then others = others - 1 end
if others >= most then
  table.insert(answer, 1, 'full')
  return answer
end
if others == 0 or redis.call('GET', KEYS[2]) == state then
  redis.call('SET', KEYS[2], state, 'PX', lasts)
else
  redis.call('DEL', KEYS[2])
end
redis.call('ZADD', KEYS[1], now + tonumber(lasts), viewer)
redis.call('PEXPIRE', KEYS[1], lasts)
table.insert(answer, 1, 'watching')
return answer
`);
