export interface RedisEndpoint {
  readonly host: string;
  readonly port: number;
}

export interface RedisTarget {
  /** True: the endpoints are some nodes of one Redis Cluster. False: there is exactly one endpoint. */
  readonly cluster: boolean;
  readonly tls: boolean;
  readonly endpoints: readonly [RedisEndpoint, ...RedisEndpoint[]];
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** Always 0 on a cluster. */
  readonly db: number;
}

const DEFAULT_PORT = 6379;
const FORM = /^redis(s?)(\+cluster)?:\/\/(?:([^@/?#]*)@)?([^@/?#]+)(?:\/(\d*))?$/;

/**
 * Reads `redis[s]://[user:password@]host:port[/db]` and `redis[s]+cluster://[user:password@]host:port,host:port…`.
 * Throws a TypeError that never repeats the URL, since it can hold a password.
 */
export function parseRedisUrl(url: string): RedisTarget {
  const match = FORM.exec(url);
  if (!match) throw unusable('expected redis://host:port or redis+cluster://host:port,host:port');
  const [, secure, clustered, credentials, hosts = '', database = ''] = match;
  const cluster = clustered !== undefined;
  const [first, ...others] = hosts.split(',').map(parseEndpoint);
  if (!first || (!cluster && others.length > 0)) throw unusable('several hosts need redis+cluster');
  const db = database === '' ? 0 : Number(database);
  if (cluster && db !== 0) throw unusable('a cluster has database 0 only');
  return {
    cluster,
    tls: secure === 's',
    endpoints: [first, ...others],
    ...parseCredentials(credentials ?? ''),
    db,
  };
}

function parseEndpoint(text: string): RedisEndpoint {
  const match = /^(\[[0-9a-fA-F:]+\]|[^:[\]]+)(?::(\d{1,5}))?$/.exec(text);
  const port = match?.[2] === undefined ? DEFAULT_PORT : Number(match[2]);
  if (!match?.[1] || port < 1 || port > 65_535) throw unusable('unusable host or port');
  return { host: match[1].replace(/^\[|\]$/g, ''), port };
}

function parseCredentials(text: string): Pick<RedisTarget, 'username' | 'password'> {
  const colon = text.indexOf(':');
  const name = colon < 0 ? text : text.slice(0, colon);
  const secret = colon < 0 ? '' : text.slice(colon + 1);
  return { username: decoded(name), password: decoded(secret) };
}

function decoded(text: string): string | undefined {
  if (text === '') return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    throw unusable('credentials must be percent-encoded');
  }
}

function unusable(why: string): TypeError {
  return new TypeError(`unusable Redis URL: ${why}`);
}
