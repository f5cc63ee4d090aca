import { field } from './config-field.js';
import { LOG_LEVELS } from './logger.js';

const MAX_CLOCK_OFFSET_MS = 24 * 60 * 60 * 1_000;

/**
 * The settings every service shares, to be spread into its own definition:
 * `z.object({ ...common.shape, … })`, `env: { ...common.env, … }`, `profileDefaults: { dev: { ...common.profileDefaults.dev, … } }`.
 */
export function commonConfig(defaults: { operationsPort: number }) {
  return {
    shape: {
      nodeId: field
        .text(64)
        .regex(/^[A-Za-z0-9_.-]+$/, 'must match [A-Za-z0-9_.-]{1,64}')
        .describe('Name of this node, unique among the running ones of its kind (a pod name).'),
      logLevel: field.choice(LOG_LEVELS).describe('Least severe level that is logged.'),
      host: field.text(255).describe('Address to listen on.'),
      operationsPort: field
        .port()
        .default(defaults.operationsPort)
        .describe('Port of /healthz, /readyz and /metrics; 0: any free one.'),
      testClockOffsetMs: field
        .integer(-MAX_CLOCK_OFFSET_MS, MAX_CLOCK_OFFSET_MS)
        .default(0)
        .describe('How wrong the clock of this process is, to test that nothing depends on it.'),
    },
    env: {
      nodeId: 'QUEQIAO_NODE_ID',
      logLevel: 'QUEQIAO_LOG_LEVEL',
      host: 'QUEQIAO_HOST',
      operationsPort: 'QUEQIAO_OPERATIONS_PORT',
      testClockOffsetMs: 'QUEQIAO_TEST_CLOCK_OFFSET_MS',
    },
    profileDefaults: {
      dev: { logLevel: 'info', host: '127.0.0.1', nodeId: 'dev-1' },
      test: { logLevel: 'warn', host: '127.0.0.1', operationsPort: 0 },
      prod: { logLevel: 'info', host: '0.0.0.0' },
    },
    examples: { nodeId: 'node-1' },
  } as const;
}

/** What `runService` reads from any configuration. */
export interface ServiceConfig {
  readonly profile: 'dev' | 'test' | 'prod';
  readonly nodeId: string;
  readonly logLevel: (typeof LOG_LEVELS)[number];
}
