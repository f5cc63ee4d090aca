import { createHash } from 'node:crypto';

/** One atomic operation. All of its keys carry the same hash tag, so that it runs on one node of a Redis Cluster. */
export interface LuaScript {
  readonly lua: string;
  /** What EVALSHA names it by. */
  readonly sha: string;
}

export function luaScript(lua: string): LuaScript {
  return { lua, sha: createHash('sha1').update(lua).digest('hex') };
}

/** Milliseconds since the epoch by Redis's clock: nodes with wrong clocks then still agree about leases. */
export const LUA_NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`;

/**
 * Captures device, generation, node:boot, platform, session and a mark: empty for a route, `|` for a session that gave way
 * and is not known to be closed. Newer versions may append fields.
 */
export const LUA_LINE = `'^([^|]*)|([^|]*)|([^|]*)|([^|]*)|([^|]*)|(|?)[^|]'`;

/**
 * Needs LUA_NOW. `platforms(lines, canaries)`: on which platforms the user of these lines is online, in byte order. Lines of
 * boots without a canary in the bucket do not count, nor those that gave way.
 */
export const LUA_PLATFORMS = `
local function platforms(lines, canaries)
  local known, seen, found = {}, {}, {}
  for line in string.gmatch(redis.call('GET', lines) or '', '[^\\n]+') do
    local d, _, boot, platform, _, mark = string.match(line, ${LUA_LINE})
    if d and mark == '' and not seen[platform] then
      if known[boot] == nil then
        local expiry = redis.call('ZSCORE', canaries, boot)
        known[boot] = expiry and tonumber(expiry) > now or false
      end
      if known[boot] then
        seen[platform] = true
        found[#found + 1] = platform
      end
    end
  end
  table.sort(found)
  return found
end
`;
