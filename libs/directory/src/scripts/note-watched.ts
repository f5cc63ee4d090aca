import { LUA_NOW, luaScript } from './lua-script.js';

/**
 * Notes whom somebody watches, or extends that; all of them or none.
 *
 * KEYS: the watched (user → end). ARGV: lasts in ms, most watched, users.
 * Returns 1, or 0 when they would be too many; then nothing was written.
 */
export const NOTE_WATCHED = luaScript(`
${LUA_NOW}
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%d', now))
local count = redis.call('ZCARD', KEYS[1])
for at = 3, #ARGV do
  if not redis.call('ZSCORE', KEYS[1], ARGV[at]) then count = count + 1 end
end
if count > tonumber(ARGV[2]) then return 0 end
for at = 3, #ARGV do redis.call('ZADD', KEYS[1], now + tonumber(ARGV[1]), ARGV[at]) end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 1
`);
