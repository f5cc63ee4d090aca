import { LUA_NOW, luaScript } from './lua-script.js';

/**
 * Takes from buckets of tokens what was spent already, so a level may fall below zero: that is a debt, and refills first. A
 * bucket that is not there is full. Levels have three decimals, so that slow buckets refill however often they are asked.
 *
 * KEYS: buckets (level|time). ARGV: for each bucket tokens spent, tokens per second, and how many it holds.
 * Returns the levels, in the order of the keys.
 */
export const SPEND_TOKENS = luaScript(`
${LUA_NOW}
local levels = {}
for i, key in ipairs(KEYS) do
  local spent, rate, burst = tonumber(ARGV[i * 3 - 2]), tonumber(ARGV[i * 3 - 1]), tonumber(ARGV[i * 3])
  local last, at = string.match(redis.call('GET', key) or '', '^(-?[%d.]+)|(%d+)$')
  local level = burst
  if last then
    level = math.min(burst, tonumber(last) + math.max(0, now - tonumber(at)) * rate / 1000)
  end
  level = level - spent
  local full = math.ceil((burst - level) / rate * 1000)
  redis.call('SET', key, string.format('%.3f|%d', level, now), 'PX', string.format('%d', full + 1000))
  levels[i] = string.format('%.3f', level)
end
return levels
`);
