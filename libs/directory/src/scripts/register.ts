import { LUA_LINE, LUA_NOW, luaScript } from './lua-script.js';

/**
 * Writes one device's line.
 *
 * KEYS: the user's lines, the bucket's canaries (node:boot → expiry).
 * ARGV: device, generation, node:boot, platform, session, the whole line, policy mode, policy maximum, `1` when an
 * earlier registration is only asserted again, expiry in ms, most lines per user.
 * Returns `superseded`, or `registered` followed by the lines that gave way.
 *
 * Lines are in login order, oldest first. Dropping a line whose boot has no canary in this bucket is safe: that node
 * finds its canary lost before it plants it again, and then asserts its lines.
 */
export const REGISTER = luaScript(`
local device, generation, boot = ARGV[1], tonumber(ARGV[2]), ARGV[3]
local platform, session, line = ARGV[4], ARGV[5], ARGV[6]
local mode, max, asserted = ARGV[7], tonumber(ARGV[8]), ARGV[9] == '1'
local ttl, limit = ARGV[10], tonumber(ARGV[11])
${LUA_NOW}
local known = { [boot] = true }
local function alive(other)
  if known[other] == nil then
    local expiry = redis.call('ZSCORE', KEYS[2], other)
    known[other] = expiry and tonumber(expiry) > now or false
  end
  return known[other]
end

local kept, evicted, placed = {}, {}, false
for present in string.gmatch(redis.call('GET', KEYS[1]) or '', '[^\\n]+') do
  local d, g, b, p, s = string.match(present, ${LUA_LINE})
  if d and alive(b) then
    if d == device and b == boot and s == session then
      kept[#kept + 1] = line
      placed = true
    elseif d == device then
      local theirs = tonumber(g) or 0
      if theirs > generation or (asserted and theirs == generation) then
        return { 'superseded' }
      end
      evicted[#evicted + 1] = present
    elseif mode == 'one-per-platform' and p == platform then
      evicted[#evicted + 1] = present
    else
      kept[#kept + 1] = present
    end
  end
end
if not placed then kept[#kept + 1] = line end

if mode == 'max-per-user' and max < limit then limit = max end
local oldest = 1
while #kept > limit do
  if kept[oldest] == line then oldest = oldest + 1 end
  evicted[#evicted + 1] = table.remove(kept, oldest)
end

redis.call('SET', KEYS[1], table.concat(kept, '\\n'), 'PX', ttl)
table.insert(evicted, 1, 'registered')
return evicted
`);
