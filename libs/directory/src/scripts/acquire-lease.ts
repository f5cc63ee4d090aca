import { LUA_NOW, luaScript } from './lua-script.js';

/**
 * Takes a lease, whatever was there before, and clears away those that have run out.
 *
 * KEYS: leases (node:boot → expiry), and for node leases the addresses (node:boot → address).
 * ARGV: node:boot, lease in ms, address (with the second key only).
 */
export const ACQUIRE_LEASE = luaScript(`
${LUA_NOW}
for _, gone in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, 100)) do
  redis.call('ZREM', KEYS[1], gone)
  if KEYS[2] then redis.call('HDEL', KEYS[2], gone) end
end
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[2]), ARGV[1])
if KEYS[2] then redis.call('HSET', KEYS[2], ARGV[1], ARGV[3]) end
return 1
`);
