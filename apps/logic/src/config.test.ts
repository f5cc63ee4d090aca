import { configExample, loadConfig, redactedConfig } from '@queqiao/runtime';
import { describe, expect, it } from 'vitest';
import { logicConfig } from './config.js';

const prod = {
  QUEQIAO_NODE_ID: 'logic-1',
  QUEQIAO_MYSQL_URL: 'mysql://queqiao:hush@db/queqiao',
  QUEQIAO_REDIS_URL: 'redis://redis:6379',
  QUEQIAO_LINK_ADVERTISE: '10.0.0.1:9093',
};

describe('the configuration', () => {
  it('has the documented ports and a node that needs nothing in dev', () => {
    expect(loadConfig(logicConfig, { QUEQIAO_PROFILE: 'dev' })).toMatchObject({
      host: '127.0.0.1',
      grpcPort: 9092,
      linkPort: 9093,
      operationsPort: 9082,
      appendMaxBatch: 256,
    });
  });

  it('demands an address to publish when it listens on all of them', () => {
    expect(loadConfig(logicConfig, prod)).toMatchObject({ host: '0.0.0.0', profile: 'prod' });
    const { QUEQIAO_LINK_ADVERTISE: _, ...without } = prod;
    expect(() => loadConfig(logicConfig, without)).toThrow(/QUEQIAO_LINK_ADVERTISE: is required/);
  });

  it('refuses a drain longer than the grace of a pod, and names nobody knows', () => {
    const slow = { ...prod, QUEQIAO_DRAIN_MS: '25000', QUEQIAO_DRAIN_DELAY_MS: '20000' };
    expect(() => loadConfig(logicConfig, slow)).toThrow(/QUEQIAO_DRAIN_MS/);
    expect(() => loadConfig(logicConfig, { ...prod, QUEQIAO_TYPO: '1' })).toThrow(/QUEQIAO_TYPO/);
  });

  it('hides passwords, also that of a Redis Cluster', () => {
    const redis = { QUEQIAO_REDIS_URL: 'redis+cluster://me:hush@a:7000,b:7001' };
    const config = loadConfig(logicConfig, { ...prod, ...redis });
    const shown = JSON.stringify(redactedConfig(logicConfig, config));
    expect(shown).not.toContain('hush');
    expect(shown).toContain('redis+cluster://[redacted]@a:7000,b:7001');
  });

  it('has an example that loads', () => {
    const lines = configExample(logicConfig)
      .split('\n')
      .map((line) => /^#?\s?(QUEQIAO_[A-Z_]+)=(.*)$/.exec(line))
      .filter((match) => match !== null);
    const env = Object.fromEntries(lines.map((match) => [match[1] ?? '', match[2] ?? '']));
    expect(loadConfig(logicConfig, env)).toMatchObject({ linkPort: 9093 });
  });
});
