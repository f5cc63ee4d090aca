export { BUCKET_COUNT, bucketOf, crc16 } from './bucket.js';
export { DirectoryUnavailable } from './directory-unavailable.js';
export type { UnavailableKind } from './directory-unavailable.js';
export type * from './types.js';
