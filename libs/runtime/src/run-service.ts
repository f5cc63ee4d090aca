import { randomBootId } from './boot-id.js';
import { configExample } from './config-example.js';
import type { ServiceConfig } from './common-config.js';
import {
  ConfigError,
  loadConfig,
  redactedConfig,
  type ConfigDefinition,
  type ConfigOf,
  type ConfigSchema,
  type Env,
} from './config.js';
import { createLogger, type Logger } from './logger.js';

export interface Service {
  /** Resolves when the service takes traffic. */
  start(): Promise<void>;
  /** Fails readiness and lets clients go at a pace; called once, before stop, and only when start had finished. */
  drain?(): Promise<void>;
  /** Gives everything back within its own deadline. Also called after a start that failed. */
  stop(): Promise<unknown>;
}

/** The part of `process` that is used; main.ts passes `process` itself. */
export interface ServiceProcess {
  on(event: 'SIGTERM' | 'SIGINT', listener: () => void): unknown;
  on(event: 'uncaughtException', listener: (error: Error) => void): unknown;
  exit(code: number): void;
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
}

export interface ServiceContext {
  readonly logger: Logger;
  readonly bootId: string;
  readonly name: string;
  readonly version: string;
}

export interface RunServiceOptions<S extends ConfigSchema> {
  readonly name: string;
  readonly version: string;
  /** Arguments without node and the script. */
  readonly args: readonly string[];
  readonly env: Env;
  readonly process: ServiceProcess;
  readonly config: ConfigDefinition<S>;
  readonly create: (config: ConfigOf<S>, context: ServiceContext) => Service | Promise<Service>;
}

/** 0: stopped as asked. 1: a defect or a failed start. 2: wrong arguments or configuration. */
export const EXIT = { ok: 0, failed: 1, usage: 2 } as const;

const USAGE = 'options: --check-config | --config-example | --version | --help';

/**
 * All that main.ts does. SIGTERM and SIGINT drain and stop, a second one exits at once; an uncaught exception exits with 1
 * without draining, because the state can no longer be trusted. Resolves once the service runs, or after exit was called.
 */
export async function runService<S extends ConfigSchema>(
  options: RunServiceOptions<S> & (ConfigOf<S> extends ServiceConfig ? unknown : never),
): Promise<void> {
  const [argument, ...rest] = options.args;
  if (argument !== undefined) {
    options.process.exit(rest.length > 0 ? usage(options) : answer(options, argument));
    return;
  }
  const config = readConfig(options);
  if (!config) return options.process.exit(EXIT.usage);
  const logger = createLogger({
    service: options.name,
    node: config.nodeId,
    level: config.logLevel,
    pretty: config.profile === 'dev',
  });
  await launch(options, config, logger);
}

type LoadedConfig<S extends ConfigSchema> = ConfigOf<S> & ServiceConfig;

function readConfig<S extends ConfigSchema>(
  options: RunServiceOptions<S>,
): LoadedConfig<S> | undefined {
  try {
    return loadConfig(options.config, options.env) as LoadedConfig<S>;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    options.process.stderr.write(`${options.name}: ${error.message}\n`);
    return undefined;
  }
}

function answer<S extends ConfigSchema>(options: RunServiceOptions<S>, argument: string): number {
  const { stdout } = options.process;
  if (argument === '--check-config') {
    const config = readConfig(options);
    if (!config) return EXIT.usage;
    stdout.write(`${JSON.stringify(redactedConfig(options.config, config), null, 2)}\n`);
  } else if (argument === '--config-example') stdout.write(configExample(options.config));
  else if (argument === '--version') stdout.write(`${options.name} ${options.version}\n`);
  else if (argument === '--help') stdout.write(`${options.name} ${options.version}\n${USAGE}\n`);
  else return usage(options);
  return EXIT.ok;
}

function usage<S extends ConfigSchema>(options: RunServiceOptions<S>): number {
  options.process.stderr.write(`${options.name}: unknown arguments; ${USAGE}\n`);
  return EXIT.usage;
}

async function launch<S extends ConfigSchema>(
  options: RunServiceOptions<S>,
  config: LoadedConfig<S>,
  logger: Logger,
): Promise<void> {
  const host = options.process;
  let service: Service | undefined;
  let leaving: Promise<void> | undefined;
  let running = false;
  const isLeaving = (): Promise<void> | undefined => leaving;
  const leave = (reason: string, code: number): Promise<void> => {
    leaving ??= stopService(service, logger, reason, running).then((clean) => {
      host.exit(clean ? code : EXIT.failed);
    });
    return leaving;
  };
  listenToHost(host, logger, (signal) => {
    if (leaving) host.exit(EXIT.failed);
    else void leave(signal, EXIT.ok);
  });
  const bootId = randomBootId();
  const { name, version } = options;
  try {
    service = await options.create(config, { logger, bootId, name, version });
    if (isLeaving()) return await service.stop().then(() => undefined);
    await service.start();
    if (isLeaving()) return await isLeaving();
    running = true;
    logger.info({ version, bootId, profile: config.profile }, 'started');
  } catch (error) {
    if (isLeaving()) return await isLeaving();
    logger.fatal({ err: error }, 'failed to start');
    await leave('failed start', EXIT.failed);
  }
}

function listenToHost(
  host: ServiceProcess,
  logger: Logger,
  onSignal: (signal: 'SIGTERM' | 'SIGINT') => void,
): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) host.on(signal, () => onSignal(signal));
  host.on('uncaughtException', (error) => {
    logger.fatal({ err: error }, 'uncaught exception');
    host.exit(EXIT.failed);
  });
}

/** False when draining or stopping failed. */
async function stopService(
  service: Service | undefined,
  logger: Logger,
  reason: string,
  running: boolean,
): Promise<boolean> {
  logger.info({ reason }, 'stopping');
  let clean = true;
  for (const step of running ? (['drain', 'stop'] as const) : (['stop'] as const)) {
    try {
      await service?.[step]?.();
    } catch (error) {
      clean = false;
      logger.error({ err: error }, `failed to ${step}`);
    }
  }
  logger.info({ clean }, 'stopped');
  return clean;
}
