import { field } from '@queqiao/runtime';
import { parseRedisUrl } from './redis-url.js';

/** A setting that says where Redis is: takes exactly what `createDirectory` takes, and never repeats what was given. */
export function redisUrlField() {
  return field
    .text()
    .superRefine((url, context) => {
      try {
        parseRedisUrl(url);
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
        context.addIssue({ code: 'custom', message: error.message });
      }
    })
    .describe(
      'Redis, as redis://[user:password@]host:port[/db], or some nodes of a Redis Cluster, as\n' +
        'redis+cluster://[user:password@]host:port,host:port… With TLS: rediss:// and rediss+cluster://.',
    );
}
