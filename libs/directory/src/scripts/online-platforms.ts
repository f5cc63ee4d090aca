import { LUA_NOW, LUA_PLATFORMS, luaScript } from './lua-script.js';

/**
 * KEYS: the user's lines, the bucket's canaries (node:boot → expiry).
 * Returns the platforms on which the user is online, each once, in byte order.
 */
export const ONLINE_PLATFORMS = luaScript(`
${LUA_NOW}
${LUA_PLATFORMS}
return platforms(KEYS[1], KEYS[2])
`);
