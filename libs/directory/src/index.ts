export { BUCKET_COUNT, bucketOf, crc16 } from './bucket.js';
export { createDirectory } from './create-directory.js';
export { DirectoryUnavailable } from './directory-unavailable.js';
export {
  FACE_ROOM_RADIUS_METRES,
  FACE_ROOM_TTL_MS,
  MAX_FACE_ROOM_USERS,
  MAX_FACE_ROOMS,
} from './face-rooms.js';
export type * from './face-room-types.js';
export type { UnavailableKind } from './directory-unavailable.js';
export { NodeLease } from './node-lease.js';
export type { LeaseDirectory, NodeLeaseOptions } from './node-lease.js';
export { MAX_PRESENCE_USERS, MAX_WATCHED, MAX_WATCHERS } from './presence.js';
export { redisUrlField } from './redis-url-field.js';
export { MAX_TOUCH_BATCH } from './routes.js';
export type * from './types.js';
