import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { commonConfig } from './common-config.js';
import { field } from './config-field.js';
import { defineConfig } from './config.js';
import { EXIT, runService, type Service, type ServiceProcess } from './run-service.js';

const common = commonConfig({ operationsPort: 9_190 });
const config = defineConfig(z.object({ ...common.shape, key: field.text() }), {
  env: { ...common.env, key: 'QUEQIAO_KEY' },
  secrets: ['key'],
  profileDefaults: common.profileDefaults,
  examples: { ...common.examples, key: 'example' },
});
const ENV = {
  QUEQIAO_PROFILE: 'test',
  QUEQIAO_NODE_ID: 'n1',
  QUEQIAO_LOG_LEVEL: 'silent',
  QUEQIAO_KEY: 'hunter2',
};

function rig(service: Partial<Service> = {}) {
  const seen: string[] = [];
  const out: string[] = [];
  const listeners = new Map<string, (argument: Error) => void>();
  let exited: (code: number) => void = () => undefined;
  const exit = new Promise<number>((resolve) => (exited = resolve));
  const host: ServiceProcess = {
    on: (event: string, listener: (error: Error) => void) => listeners.set(event, listener),
    exit: (code) => {
      seen.push(`exit ${code}`);
      exited(code);
    },
    stdout: { write: (text) => out.push(text) },
    stderr: { write: (text) => out.push(text) },
  };
  const step = (name: string) => () => Promise.resolve(void seen.push(name));
  const made = { start: step('start'), drain: step('drain'), stop: step('stop'), ...service };
  const run = (args: string[] = [], env: Record<string, string> = ENV) =>
    runService({
      name: 'logic',
      version: '1.2.3',
      args,
      env,
      process: host,
      config,
      create: () => made,
    });
  const raise = (event: string): void => listeners.get(event)?.(new Error(event));
  return { seen, out, exit, run, raise };
}

describe('arguments', () => {
  it('refuse what breaks a service on purpose, in every other profile than test', async () => {
    const offset = { ...ENV, QUEQIAO_TEST_CLOCK_OFFSET_MS: '3600000' };
    const allowed = rig();
    await allowed.run(['--check-config'], offset);
    expect(JSON.parse(allowed.out.join(''))).toMatchObject({ testClockOffsetMs: 3_600_000 });
    for (const profile of ['dev', 'prod']) {
      const { seen, out, run } = rig();
      const rest = { QUEQIAO_PROFILE: profile, QUEQIAO_HOST: '127.0.0.1' };
      await run(['--check-config'], { ...offset, ...rest });
      expect(seen).toEqual([`exit ${EXIT.usage}`]);
      expect(out.join('')).toContain(
        'QUEQIAO_TEST_CLOCK_OFFSET_MS: is accepted in the profile test',
      );
    }
    const { out, run } = rig();
    await run(['--config-example']);
    expect(out.join('')).not.toContain('QUEQIAO_TEST_');
  });

  it('--check-config shows the settings without secrets', async () => {
    const { seen, out, run } = rig();
    await run(['--check-config']);
    expect(seen).toEqual([`exit ${EXIT.ok}`]);
    expect(JSON.parse(out.join(''))).toMatchObject({
      profile: 'test',
      nodeId: 'n1',
      key: '[redacted]',
    });
  });

  it('--check-config lists the problems', async () => {
    const { seen, out, run } = rig();
    await run(['--check-config'], { QUEQIAO_KEI: 'hunter2', QUEQIAO_HOST: '127.0.0.1' });
    expect(seen).toEqual([`exit ${EXIT.usage}`]);
    expect(out.join('').split('\n').slice(1, 4)).toEqual([
      '  QUEQIAO_KEI: is not a setting of this service',
      '  QUEQIAO_NODE_ID: is required',
      '  QUEQIAO_KEY: is required',
    ]);
  });

  it('answers the version and the example, and refuses the rest', async () => {
    const version = rig();
    await version.run(['--version']);
    expect(version.out).toEqual(['logic 1.2.3\n']);
    const example = rig();
    await example.run(['--config-example']);
    expect(example.out.join('')).toContain('QUEQIAO_KEY=example');
    for (const args of [['--nope'], ['--version', 'twice']]) {
      const wrong = rig();
      await wrong.run(args);
      expect(wrong.seen).toEqual([`exit ${EXIT.usage}`]);
    }
  });

  it('does not start with a wrong configuration', async () => {
    const { seen, run } = rig();
    await run([], {});
    expect(seen).toEqual([`exit ${EXIT.usage}`]);
  });
});

describe('a running service', () => {
  it.each(['SIGTERM', 'SIGINT'])('drains and stops on %s', async (signal) => {
    const { seen, exit, run, raise } = rig();
    await run();
    raise(signal);
    expect(await exit).toBe(EXIT.ok);
    expect(seen).toEqual(['start', 'drain', 'stop', 'exit 0']);
  });

  it('exits at once on a second signal', async () => {
    const { seen, run, raise } = rig({ drain: () => new Promise(() => undefined) });
    await run();
    raise('SIGTERM');
    raise('SIGTERM');
    expect(seen).toEqual(['start', 'exit 1']);
  });

  it('stops after a failed start, without draining, and exits with a failure', async () => {
    const { seen, run } = rig({ start: () => Promise.reject(new Error('port taken')) });
    await run();
    expect(seen).toEqual(['stop', 'exit 1']);
  });

  it('still stops when draining fails, and says so by its exit code', async () => {
    const { seen, exit, run, raise } = rig({ drain: () => Promise.reject(new Error('no')) });
    await run();
    raise('SIGTERM');
    expect(await exit).toBe(EXIT.failed);
    expect(seen).toEqual(['start', 'stop', 'exit 1']);
  });

  it('exits on an uncaught exception', async () => {
    const { seen, run, raise } = rig();
    await run();
    raise('uncaughtException');
    expect(seen).toEqual(['start', 'exit 1']);
  });

  it('stops when the signal comes during start', async () => {
    let finish: () => void = () => undefined;
    const { seen, exit, run, raise } = rig({
      start: () => new Promise((resolve) => (finish = resolve)),
    });
    const running = run();
    await new Promise((resolve) => setImmediate(resolve));
    raise('SIGTERM');
    finish();
    await running;
    expect(await exit).toBe(EXIT.ok);
    expect(seen).toEqual(['stop', 'exit 0']);
  });
});
