import type { MysqlProgram } from './mysql-program.js';
import { asUser } from './mysql-program.js';

export interface MysqlTuning {
  readonly bufferPoolMb: number;
  readonly redoLogMb: number;
  readonly binlog: boolean;
}

/** deploy/compose/dev.yaml gives its container the same ones; a test compares them. */
export const COMMON_MYSQL_FLAGS: readonly string[] = [
  '--skip-name-resolve',
  '--character-set-server=utf8mb4',
  '--collation-server=utf8mb4_unicode_520_ci',
  '--default-time-zone=+00:00',
  '--sql-mode=ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,' +
    'ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION',
  '--max-connections=500',
  // A commit that was answered survives the loss of the machine.
  '--innodb-flush-log-at-trx-commit=1',
  '--sync-binlog=1',
];

/** Binary log that reaches the disk with every commit. */
export const BINLOG_FLAGS: readonly string[] = [
  '--server-id=1',
  '--log-bin=binlog',
  '--max-binlog-size=64M',
  '--binlog-expire-logs-seconds=86400',
];

/** MySQL logs rows unless it is told otherwise, and warns whoever tells it anything. */
export const MARIADB_BINLOG_FLAGS: readonly string[] = ['--binlog-format=ROW'];

/** Flags of every private server; `paths` must be absolute, and the socket's shorter than 100 bytes. */
export function mysqlFlags(
  program: MysqlProgram,
  tuning: MysqlTuning,
  paths: { dataDir: string; socket: string; pidFile: string; port: number },
): string[] {
  return [
    '--no-defaults',
    ...asUser(),
    `--datadir=${paths.dataDir}`,
    `--socket=${paths.socket}`,
    `--pid-file=${paths.pidFile}`,
    '--bind-address=127.0.0.1',
    `--port=${paths.port}`,
    ...COMMON_MYSQL_FLAGS,
    `--innodb-buffer-pool-size=${tuning.bufferPoolMb}M`,
    '--innodb-buffer-pool-load-at-startup=OFF',
    '--innodb-buffer-pool-dump-at-shutdown=OFF',
    ...(tuning.binlog ? BINLOG_FLAGS : ['--skip-log-bin']),
    ...(program.flavour === 'mariadb' ? mariadbFlags(tuning) : mysqlOnlyFlags(tuning)),
  ];
}

function mariadbFlags({ binlog, redoLogMb }: MysqlTuning): string[] {
  return [...(binlog ? MARIADB_BINLOG_FLAGS : []), `--innodb-log-file-size=${redoLogMb}M`];
}

function mysqlOnlyFlags({ redoLogMb }: MysqlTuning): string[] {
  return [
    `--innodb-redo-log-capacity=${redoLogMb}M`,
    '--mysqlx=OFF',
    '--secure-file-priv=NULL',
    '--performance-schema=OFF',
  ];
}
