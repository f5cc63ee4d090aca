import { pino, stdTimeFunctions, type DestinationStream, type Logger } from 'pino';
import { prettyDestination } from './pretty-log.js';

export type { Logger } from 'pino';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LoggerOptions {
  readonly service: string;
  readonly node: string;
  readonly level: LogLevel;
  /** One readable line per record instead of JSON; for terminals only. */
  readonly pretty?: boolean;
  /** Where lines go; standard output when left out. */
  readonly destination?: DestinationStream;
}

/**
 * Names whose values never reach a log, at the top and up to three levels down. `content` and `body` are what people write to
 * each other; `sql` is there because database errors carry statements with their values filled in.
 */
const SECRET_NAMES = [
  'token',
  'secret',
  'authorization',
  'Authorization',
  'password',
  'credential',
  'privateKey',
  'cookie',
  'body',
  'content',
  'sql',
] as const;

const REDACTED_PATHS = SECRET_NAMES.flatMap((name) => [
  name,
  `*.${name}`,
  `*.*.${name}`,
  `*.*.*.${name}`,
]);

/** A JSON logger, one line per record, each with service and node. Redaction works by name, so never put secrets in a message text. */
export function createLogger(options: LoggerOptions): Logger {
  const sink = options.destination ?? pino.destination({ fd: 1, sync: true });
  return pino(
    {
      level: options.level,
      base: { service: options.service, node: options.node },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: REDACTED_PATHS, censor: '[redacted]' },
    },
    options.pretty ? prettyDestination(sink) : sink,
  );
}

/** Says nothing; for tests and for callers that did not ask for logs. */
export function silentLogger(): Logger {
  return pino({ level: 'silent' });
}
