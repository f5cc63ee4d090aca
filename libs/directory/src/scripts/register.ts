import { LUA_LINE, LUA_NOW, luaScript } from './lua-script.js';

/**
 * Writes one device's line.
 *
 * KEYS: the user's lines, the bucket's canaries (node:boot → expiry).
 * ARGV: device, generation, node:boot, platform, session, the whole line, policy mode, policy maximum, `1` when an
 * earlier registration is only asserted again, expiry in ms, most lines per user, most marked lines per user.
 * Returns `superseded`, or `registered` followed by all lines that gave way, now or before, and are not unregistered yet.
 *
 * Lines are in login order, oldest first. Behind them stand, marked, those that gave way: whoever was told of them may have
 * died, or the answer was lost, so the next one is told again. A session that gave way cannot register any more.
 *
 * Dropping a line whose boot has no canary in this bucket is safe: that node finds its canary lost before it plants it
 * again, and then asserts its lines.
 */
export const REGISTER = luaScript(`
local device, generation, boot = ARGV[1], tonumber(ARGV[2]), ARGV[3]
local platform, session, line = ARGV[4], ARGV[5], ARGV[6]
local mode, max, asserted = ARGV[7], tonumber(ARGV[8]), ARGV[9] == '1'
local ttl, limit, most = ARGV[10], tonumber(ARGV[11]), tonumber(ARGV[12])
${LUA_NOW}
local known = { [boot] = true }
local function alive(other)
  if known[other] == nil then
    local expiry = redis.call('ZSCORE', KEYS[2], other)
    known[other] = expiry and tonumber(expiry) > now or false
  end
  return known[other]
end

local kept, marked, evicted, placed = {}, {}, {}, false
for present in string.gmatch(redis.call('GET', KEYS[1]) or '', '[^\\n]+') do
  local d, g, b, p, s, mark = string.match(present, ${LUA_LINE})
  if d and alive(b) then
    local own = d == device and b == boot and s == session
    if mark == '|' then
      if own then return { 'superseded' } end
      marked[#marked + 1] = present
    elseif own then
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

local five = '^([^|]*|[^|]*|[^|]*|[^|]*|[^|]*|)'
for _, present in ipairs(evicted) do
  marked[#marked + 1] = (string.gsub(present, five, '%1|'))
end
local answer = { 'registered' }
for _, present in ipairs(marked) do
  answer[#answer + 1] = (string.gsub(present, five .. '|', '%1'))
end
for at = math.max(1, #marked - most + 1), #marked do
  kept[#kept + 1] = marked[at]
end
redis.call('SET', KEYS[1], table.concat(kept, '\\n'), 'PX', ttl)
return answer
`);
