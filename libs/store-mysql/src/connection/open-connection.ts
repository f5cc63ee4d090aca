import { connect as connectSocket, type Socket } from 'node:net';
import { createConnection, type Connection, type ConnectionOptions } from 'mysql2';
import { StoreUnavailable } from '../errors.js';
import { storeError } from './classify-error.js';
import { StoreConnection, formatQuery, type ConnectionLimits } from './store-connection.js';

export interface OpenOptions extends ConnectionLimits {
  readonly url: string;
  readonly connectTimeoutMs: number;
  /** Allows several statements in one round trip. */
  readonly multipleStatements: boolean;
}

/** Prepared statements are not used; the driver's cache of them stays empty. */
const MAX_PREPARED_STATEMENTS = 1;

/**
 * A connection that is signed in, set up and verified. Throws StoreUnavailable, also when any of that takes longer than the
 * limits.
 */
export async function openConnection(options: OpenOptions): Promise<StoreConnection> {
  const url = parseUrl(options.url);
  const socket = connectSocket({
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? 3306 : Number(url.port),
    noDelay: true,
    keepAlive: true,
  });
  const raw = createConnection(driverOptions(url, socket, options));
  const connection = new StoreConnection(raw, socket, options);
  try {
    await handshake(raw);
    await connection.prepare();
    return connection;
  } catch (error) {
    connection.destroy();
    throw error;
  }
}

function driverOptions(url: URL, socket: Socket, options: OpenOptions): ConnectionOptions {
  return {
    // The socket is ours, so that it can be cut at once: the driver would wait for a frozen server.
    stream: () => socket,
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: decodeURIComponent(url.pathname.slice(1)),
    connectTimeout: options.connectTimeoutMs,
    charset: 'utf8mb4_unicode_520_ci',
    timezone: 'Z',
    // Together they deliver BIGINT as text, which StoreConnection turns into exact numbers.
    supportBigNumbers: true,
    bigNumberStrings: true,
    queryFormat: formatQuery,
    multipleStatements: options.multipleStatements,
    maxPreparedStatements: MAX_PREPARED_STATEMENTS,
    // Counts rows that a WHERE found, not those whose values changed.
    flags: ['FOUND_ROWS'],
    infileStreamFactory: () => {
      throw new Error('LOCAL INFILE is not used');
    },
  };
}

function handshake(raw: Connection): Promise<void> {
  return new Promise((resolve, reject) => {
    raw.connect((error) => {
      if (error) reject(storeError(error, 'connecting', 'connect'));
      else resolve();
    });
  });
}

/** The error of URL itself would repeat the password. */
function parseUrl(text: string): URL {
  if (!URL.canParse(text)) throw new StoreUnavailable('the URL of the database is malformed');
  return new URL(text);
}
