import { luaScript } from './lua-script.js';

/**
 * KEYS: the watched (user → end). ARGV: users; none: all.
 * Returns the users that may have the viewer among their watchers and are not to: those named, or all that were noted.
 */
export const FORGET_WATCHED = luaScript(`
if #ARGV == 0 then
  local all = redis.call('ZRANGE', KEYS[1], 0, -1)
  redis.call('DEL', KEYS[1])
  return all
end
for _, user in ipairs(ARGV) do redis.call('ZREM', KEYS[1], user) end
return ARGV
`);
