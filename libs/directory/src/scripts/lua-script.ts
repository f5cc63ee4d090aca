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
