/**
 * What every connection is set to before its first use, and what is read back to be sure. READ COMMITTED: REPEATABLE READ
 * deadlocks when heads are created, blocks claims and makes look-ups of retries stale. The short lock and idle times end the
 * locks of a frozen node. The sql_mode is part of safety: values are quoted for one without NO_BACKSLASH_ESCAPES.
 */
export const LOCK_WAIT_TIMEOUT_S = 3;
/** The server drops a connection that is silent for so long; idle ones are pinged well before. */
export const IDLE_TIMEOUT_S = 10;

const SQL_MODE =
  'ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION';

export const SETUP_STATEMENTS: readonly string[] = [
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
  `SET SESSION innodb_lock_wait_timeout = ${LOCK_WAIT_TIMEOUT_S}, wait_timeout = ${IDLE_TIMEOUT_S}, ` +
    `autocommit = 1, time_zone = '+00:00', sql_mode = '${SQL_MODE}'`,
];

/** MariaDB 10 knows tx_isolation only, MySQL 8 transaction_isolation only. */
export const VERIFY_STATEMENT =
  'SHOW SESSION VARIABLES WHERE Variable_name IN ' +
  "('tx_isolation', 'transaction_isolation', 'innodb_lock_wait_timeout', 'wait_timeout', 'autocommit', 'sql_mode', 'character_set_client')";

/** Names what is not as it must be; empty when all is well. */
export function verifySession(rows: readonly { Variable_name: string; Value: string }[]): string[] {
  const values = new Map(rows.map((row) => [row.Variable_name.toLowerCase(), row.Value]));
  const wrong: string[] = [];
  const expect = (name: string, found: string | undefined, good: boolean): void => {
    if (!good) wrong.push(`${name} is ${found ?? 'unknown'}`);
  };
  const isolation = values.get('transaction_isolation') ?? values.get('tx_isolation');
  expect('isolation', isolation, isolation === 'READ-COMMITTED');
  for (const [name, wanted] of [
    ['innodb_lock_wait_timeout', String(LOCK_WAIT_TIMEOUT_S)],
    ['wait_timeout', String(IDLE_TIMEOUT_S)],
    ['autocommit', 'ON'],
    ['character_set_client', 'utf8mb4'],
  ] as const) {
    expect(name, values.get(name), values.get(name) === wanted);
  }
  const mode = values.get('sql_mode') ?? '';
  expect('sql_mode', mode, mode.includes('STRICT_TRANS_TABLES') && !mode.includes('BACKSLASH'));
  return wrong;
}
