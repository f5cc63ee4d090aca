import { LUA_LINE, luaScript } from './lua-script.js';

/**
 * Removes the line of exactly one session, so that a late close never evicts a newer login; also the marked line that it
 * left when it gave way.
 *
 * KEYS: the user's lines. ARGV: device, boot, session.
 * Returns 1 when the line was there unmarked, else 0. The expiry of the other lines stays as it was.
 */
export const UNREGISTER = luaScript(`
local kept, found, removed = {}, 0, false
for present in string.gmatch(redis.call('GET', KEYS[1]) or '', '[^\\n]+') do
  local d, _, b, _, s, mark = string.match(present, ${LUA_LINE})
  if d == ARGV[1] and string.match(b, '^[^:]*:(.*)$') == ARGV[2] and s == ARGV[3] then
    removed = true
    if mark == '' then found = 1 end
  else
    kept[#kept + 1] = present
  end
end
if not removed then return 0 end
if #kept == 0 then
  redis.call('DEL', KEYS[1])
else
  redis.call('SET', KEYS[1], table.concat(kept, '\\n'), 'KEEPTTL')
end
return found
`);
