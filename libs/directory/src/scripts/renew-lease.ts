import { LUA_NOW, luaScript } from './lua-script.js';

/**
 * Extends a lease only while it is present and has not run out: whoever was away for longer must notice it.
 *
 * KEYS: leases (node:boot → expiry). ARGV: node:boot, lease in ms. Returns 1, or 0 when the lease was lost.
 */
export const RENEW_LEASE = luaScript(`
${LUA_NOW}
local expiry = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not expiry or tonumber(expiry) <= now then return 0 end
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[2]), ARGV[1])
return 1
`);
