/** Number of buckets that users are spread over. A bucket is the unit of a Redis Cluster hash tag and of a loss. */
export const BUCKET_COUNT = 256;

const POLYNOMIAL = 0x1021;
const TABLE = buildTable();

/** CRC-16/XMODEM of the UTF-8 bytes, the same one that Redis Cluster hashes keys with. */
export function crc16(text: string): number {
  let crc = 0;
  for (const byte of new TextEncoder().encode(text)) {
    crc = ((crc << 8) & 0xffff) ^ (TABLE[(crc >> 8) ^ byte] ?? 0);
  }
  return crc;
}

/** Bucket of a user: 0 … BUCKET_COUNT − 1, the same on every node and in every version. */
export function bucketOf(appId: string, userId: string): number {
  return crc16(`${appId}:${userId}`) % BUCKET_COUNT;
}

function buildTable(): Uint16Array {
  const table = new Uint16Array(256);
  for (let index = 0; index < 256; index += 1) {
    let crc = index << 8;
    for (let bit = 0; bit < 8; bit += 1) {
      crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ POLYNOMIAL;
    }
    table[index] = crc & 0xffff;
  }
  return table;
}
