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
export { MAX_SPENDS } from './rate-buckets.js';
export {
  MAX_RATE_ACCOUNTS,
  MAX_RETRY_AFTER_MS,
  MIN_RETRY_AFTER_MS,
  RATE_REPORT_MS,
  RATE_UNREPORTED_PART,
  RateLedger,
} from './rate-ledger.js';
export type { RateRefusal, RateScope, TokenDemand } from './rate-ledger.js';
export type * from './rate-types.js';
export { redisUrlField } from './redis-url-field.js';
export { MAX_TOUCH_BATCH } from './routes.js';
export type * from './types.js';
