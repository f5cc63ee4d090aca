import type { ConnectionPool } from './connection/connection-pool.js';

/** A server setting that is not what acknowledgements need. */
export interface DurabilityFinding {
  readonly setting: string;
  readonly value: string;
  readonly wanted: string;
  /** `broken`: acknowledged entries can be lost or the log corrupted; `weak`: only together with another failure. */
  readonly severity: 'broken' | 'weak';
}

/** A batch is kept below a quarter of this. */
export const MIN_PACKET_BYTES = 16 * 1024 * 1024;

const NAMES = [
  'innodb_flush_log_at_trx_commit',
  'innodb_doublewrite',
  'sync_binlog',
  'log_bin',
  'binlog_format',
  'max_allowed_packet',
];

/** Isolation is not among them: every connection refuses to work without READ COMMITTED. */
export async function readDurability(pool: ConnectionPool): Promise<DurabilityFinding[]> {
  const connection = await pool.acquire();
  try {
    const rows = await connection.query<{ Variable_name: string; Value: string }[]>({
      sql: `SHOW GLOBAL VARIABLES WHERE Variable_name IN (${NAMES.map(() => '?').join(', ')})`,
      values: NAMES,
      operation: 'durability check',
    });
    return judgeDurability(new Map(rows.map((row) => [row.Variable_name, row.Value])));
  } finally {
    pool.release(connection);
  }
}

export function judgeDurability(values: ReadonlyMap<string, string>): DurabilityFinding[] {
  const findings: DurabilityFinding[] = [];
  const want = (
    setting: string,
    wanted: string,
    severity: DurabilityFinding['severity'],
    good: (value: string) => boolean = (value) => value === wanted,
  ): void => {
    const value = values.get(setting);
    if (value !== undefined && good(value)) return;
    findings.push({ setting, value: value ?? 'unknown', wanted, severity });
  };
  want('innodb_flush_log_at_trx_commit', '1', 'broken');
  // MySQL 8 also knows DETECT_AND_RECOVER, which is ON under another name.
  want(
    'innodb_doublewrite',
    'ON',
    'broken',
    (value) => !['OFF', '0', 'DETECT_ONLY'].includes(value),
  );
  want(
    'max_allowed_packet',
    `>= ${MIN_PACKET_BYTES}`,
    'broken',
    (value) => Number(value) >= MIN_PACKET_BYTES,
  );
  // Without a binary log there is no replica and no restore to a moment, but a commit is as durable as the disk.
  want('log_bin', 'ON', 'weak');
  if (values.get('log_bin') === 'ON') {
    want('sync_binlog', '1', 'broken');
    // Newer servers drop the choice, and are row-based.
    if (values.has('binlog_format')) want('binlog_format', 'ROW', 'broken');
  }
  return findings;
}
