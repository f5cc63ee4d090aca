import { LUA_NOW, luaScript } from './lua-script.js';

/**
 * Puts a user into the room of this code that is near, or into a new one where the user stands. A user who is in one of the
 * rooms that are near stays there, however the measured place wanders.
 *
 * KEYS: places (GEO of rooms), expiries (room → end), people (room → users, a line each; room:g → group).
 * ARGV: user, longitude, latitude, id of a new room, radius in metres, life in ms, most users of a room, most rooms.
 * Returns `in`, room, end, group or empty, users; or `full` when there is no place in the room, or `crowded` when there is no
 * room and there may be no more.
 */
export const ENTER_FACE_ROOM = luaScript(`
local user, fresh, ttl = ARGV[1], ARGV[4], tonumber(ARGV[6])
${LUA_NOW}
for _, gone in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', string.format('%d', now))) do
  redis.call('ZREM', KEYS[1], gone)
  redis.call('ZREM', KEYS[2], gone)
  redis.call('HDEL', KEYS[3], gone, gone .. ':g')
end

local room, people = nil, ''
for _, near in ipairs(redis.call('GEOSEARCH', KEYS[1], 'FROMLONLAT', ARGV[2], ARGV[3], 'BYRADIUS', ARGV[5], 'm', 'ASC')) do
  local users = redis.call('HGET', KEYS[3], near) or ''
  local inside = string.find('\\n' .. users .. '\\n', '\\n' .. user .. '\\n', 1, true) ~= nil
  if inside or not room then room, people = near, users end
  if inside then break end
end

if not room then
  if redis.call('ZCARD', KEYS[2]) >= tonumber(ARGV[8]) then return { 'crowded' } end
  room, people = fresh, user
  redis.call('GEOADD', KEYS[1], ARGV[2], ARGV[3], room)
elseif not string.find('\\n' .. people .. '\\n', '\\n' .. user .. '\\n', 1, true) then
  local _, lines = string.gsub(people, '\\n', '')
  if lines + 1 >= tonumber(ARGV[7]) then return { 'full' } end
  people = people .. '\\n' .. user
end
redis.call('HSET', KEYS[3], room, people)
redis.call('ZADD', KEYS[2], now + ttl, room)
for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, ttl) end
return { 'in', room, string.format('%d', now + ttl), redis.call('HGET', KEYS[3], room .. ':g') or '', people }
`);
