export { BUCKET_COUNT, bucketOf, crc16 } from './bucket.js';
export { createDirectory } from './create-directory.js';
export { DirectoryUnavailable } from './directory-unavailable.js';
export type { UnavailableKind } from './directory-unavailable.js';
export { NodeLease } from './node-lease.js';
export type { LeaseDirectory, NodeLeaseOptions } from './node-lease.js';
export { redisUrlField } from './redis-url-field.js';
export { MAX_TOUCH_BATCH } from './routes.js';
export type * from './types.js';
