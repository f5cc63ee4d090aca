import { startMysql, startRedis } from '../src/index.js';

/** A process that starts two servers, tells where they listen, and never stops them itself. */
const [mysql, redis] = await Promise.all([startMysql(), startRedis()]);
process.on('message', () => process.exit(0));
process.send?.({ ports: [mysql.port, redis.port] });
