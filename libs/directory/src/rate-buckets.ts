import { BUCKET_COUNT, crc16 } from './bucket.js';
import type { DirectoryKeys } from './keys.js';
import type { RateBuckets, TokenSpend } from './rate-types.js';
import { evaluate, type RedisConnection } from './redis-connection.js';
import { SPEND_TOKENS } from './scripts/spend-tokens.js';

/** Buckets that one call charges: what a Redis answers well within the command timeout. */
export const MAX_SPENDS = 1_000;
/** Buckets of one run of the script, which nothing else interrupts. */
const SPENDS_PER_SCRIPT = 100;

/** Buckets of tokens in Redis. */
export class RedisRateBuckets implements RateBuckets {
  constructor(
    private readonly redis: RedisConnection,
    private readonly keys: DirectoryKeys,
  ) {}

  async spend(spends: readonly TokenSpend[]): Promise<number[]> {
    if (spends.length > MAX_SPENDS) throw new RangeError(`spend takes at most ${MAX_SPENDS}`);
    if (spends.length === 0) return [];
    const levels = new Array<number>(spends.length);
    await this.redis.run('spend-tokens', (client) =>
      Promise.all(
        this.#scripts(spends).map(async (places) => {
          const keys = places.map(({ key }) => key);
          const args = places.flatMap(({ spend: { spent, limit } }) => [
            spent,
            limit.perSecond,
            limit.burst,
          ]);
          const reply = (await evaluate(client, SPEND_TOKENS, keys, args)) as string[];
          places.forEach(({ index }, at) => (levels[index] = Number(reply[at])));
        }),
      ),
    );
    return levels;
  }

  /** By hash tag on a cluster, where one script may touch one slot only. */
  #scripts(spends: readonly TokenSpend[]): Place[][] {
    const groups = new Map<number, Place[]>();
    spends.forEach((spend, index) => {
      const bucket = crc16(spend.key) % BUCKET_COUNT;
      const group = this.redis.isCluster ? bucket : Math.floor(index / SPENDS_PER_SCRIPT);
      const places = groups.get(group) ?? [];
      places.push({ index, spend, key: this.keys.rate(bucket, spend.key) });
      groups.set(group, places);
    });
    return [...groups.values()];
  }
}

interface Place {
  readonly index: number;
  readonly spend: TokenSpend;
  readonly key: string;
}
