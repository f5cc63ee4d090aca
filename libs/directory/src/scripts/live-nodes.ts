import { LUA_NOW, luaScript } from './lua-script.js';

/**
 * KEYS: leases (node:boot → expiry), addresses (node:boot → address).
 * Returns node:boot and address in turn, for every lease that has not run out.
 */
export const LIVE_NODES = luaScript(`
${LUA_NOW}
local found = {}
for _, member in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. string.format('%d', now), '+inf')) do
  found[#found + 1] = member
  found[#found + 1] = redis.call('HGET', KEYS[2], member) or ''
end
return found
`);
