import type { Socket } from 'node:net';
import { format, type Connection, type FieldPacket, type QueryOptions } from 'mysql2';
import { StoreDefect, StoreUnavailable } from '../errors.js';
import { breaksConnection, storeError, troubleOf, type Phase } from './classify-error.js';
import { SETUP_STATEMENTS, VERIFY_STATEMENT, verifySession } from './session-setup.js';

/** What the driver accepts as a value. Objects are not among them: they would become fragments of SQL. */
export type SqlValue = string | number | bigint | boolean | Buffer | null;

export interface QueryRequest {
  readonly sql: string;
  readonly values?: readonly unknown[];
  /** For error messages and logs; never SQL. */
  readonly operation: string;
  readonly phase?: Phase;
  readonly rowsAsArray?: boolean;
}

/** One of several statements that are sent together. */
export interface Statement {
  readonly sql: string;
  readonly values?: readonly unknown[];
}

export interface BatchRequest extends Pick<QueryRequest, 'operation' | 'phase'> {
  readonly statements: readonly Statement[];
}

export interface ConnectionLimits {
  readonly statementTimeoutMs: number;
  /** Throws to keep a statement from being sent. */
  readonly check: (sql: string) => void;
}

/** MYSQL_TYPE_LONGLONG. */
const LONGLONG = 8;

/**
 * One connection to the server. Every statement runs under the time limit; an error that puts the connection in doubt marks
 * it broken, and the pool destroys it on release. Errors that leave this class hold no SQL and no values. Integers that
 * cannot be held exactly throw StoreDefect instead of being rounded.
 */
export class StoreConnection {
  #broken = false;
  /** Ends the statement under way when the connection is destroyed: the driver would leave it unanswered. */
  #abandon: ((error: Error) => void) | undefined;

  constructor(
    private readonly raw: Connection,
    private readonly socket: Socket,
    private readonly options: ConnectionLimits,
  ) {
    const onGone = (): void => {
      this.#broken = true;
    };
    raw.on('error', onGone);
    raw.on('end', onGone);
  }

  get broken(): boolean {
    return this.#broken;
  }

  /** Sets the session up and reads it back. Throws StoreUnavailable when the server did not take a setting. */
  async prepare(): Promise<void> {
    for (const sql of SETUP_STATEMENTS) {
      await this.query({ sql, operation: 'session set-up', phase: 'connect' });
    }
    const request = {
      sql: VERIFY_STATEMENT,
      operation: 'session set-up',
      phase: 'connect',
    } as const;
    const rows = await this.query<{ Variable_name: string; Value: string }[]>(request);
    const wrong = verifySession(rows);
    if (wrong.length > 0) throw new StoreUnavailable(`session set-up: ${wrong.join(', ')}`);
  }

  /**
   * The rows of a SELECT, the ResultSetHeader of anything else, an array of both for several statements. Throws StoreError.
   */
  query<T = unknown>(request: QueryRequest): Promise<T> {
    return this.#send<T>(request, () => this.options.check(request.sql));
  }

  /**
   * Several statements in one round trip, all of them under one time limit: what each of them would have answered alone. The server
   * stops at the first that fails, and a transaction stays open. Throws StoreError, also when several are not allowed here.
   */
  async queryAll(request: BatchRequest): Promise<unknown[]> {
    const { statements, operation, phase = 'work' } = request;
    const texts = statements.map(({ sql, values = [] }) => formatQuery(sql, checkedValues(values)));
    const sent = { sql: texts.join(';'), operation, phase };
    // Templates, which are known by the second time; whole texts are new every time.
    const results = await this.#send<unknown>(sent, () =>
      statements.forEach(({ sql }) => this.options.check(sql)),
    );
    return statements.length === 1 ? [results] : (results as unknown[]);
  }

  #send<T>(request: QueryRequest, check: () => void): Promise<T> {
    const { sql, values, operation, phase = 'work', rowsAsArray = false } = request;
    return new Promise((resolve, reject) => {
      check();
      const timeout = this.options.statementTimeoutMs;
      const options: QueryOptions & { rowsAsArray: boolean } = { sql, timeout, rowsAsArray };
      if (values !== undefined) options.values = checkedValues(values);
      const fail = (error: Error): void => {
        this.#abandon = undefined;
        if (breaksConnection(troubleOf(error))) this.#broken = true;
        reject(storeError(error, operation, phase));
      };
      this.#abandon = fail;
      this.raw.query(options, (error, result, fields) => {
        if (error) {
          fail(error);
          return;
        }
        this.#abandon = undefined;
        try {
          resolve(exactIntegers(result, fields) as T);
        } catch (defect) {
          reject(defect instanceof Error ? defect : new StoreDefect('unreadable result'));
        }
      });
    });
  }

  /** Ends an open transaction; a connection that cannot is broken, and ending it has the same effect. Never throws. */
  async rollback(): Promise<void> {
    if (this.#broken) return;
    try {
      await this.query({ sql: 'ROLLBACK', operation: 'rollback' });
    } catch {
      this.#broken = true;
    }
  }

  /** Keeps the server from dropping an idle connection. Never throws. */
  async ping(): Promise<void> {
    try {
      await this.query({ sql: 'DO 0', operation: 'ping' });
    } catch {
      this.#broken = true;
    }
  }

  /** At once, whatever the server is doing; a statement under way fails as if the connection had been lost. */
  destroy(): void {
    this.#broken = true;
    this.raw.destroy();
    this.socket.destroy();
    this.#abandon?.(new Error('closed'));
  }
}

/** The driver would look for placeholders in a text without values too: in an append that is a hundred kilobytes. */
export function formatQuery(sql: string, values: unknown): string {
  if (!Array.isArray(values) || values.length === 0) return sql;
  return format(sql, values, false, 'Z');
}

function checkedValues(values: readonly unknown[]): unknown[] {
  return values.map((value) => {
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
    if (typeof value === 'bigint' || Buffer.isBuffer(value)) return value;
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    if (value instanceof Uint8Array) {
      return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    }
    throw new StoreDefect(`a parameter is of type ${typeof value}`);
  });
}

type Fields = readonly (FieldPacket & { columnType?: number | undefined })[] | undefined;

/** Turns the decimal text of BIGINT columns into numbers, in place. */
function exactIntegers(result: unknown, fields: unknown): unknown {
  if (!Array.isArray(fields)) return result;
  if (Array.isArray(fields[0]) || fields.some((each) => each === undefined)) {
    (result as unknown[]).forEach((each, index) => exactIntegers(each, fields[index]));
    return result;
  }
  (fields as NonNullable<Fields>).forEach((field, index) => {
    if (field.columnType !== LONGLONG) return;
    for (const row of result as Record<string | number, unknown>[]) {
      const key = Array.isArray(row) ? index : field.name;
      row[key] = exactInteger(row[key], field.name);
    }
  });
  return result;
}

function exactInteger(value: unknown, column: string): number | null {
  if (value === null) return null;
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new StoreDefect(`${column} is beyond 2^53`);
  return number;
}
