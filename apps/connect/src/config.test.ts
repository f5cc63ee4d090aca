import { configExample, ConfigError, loadConfig, redactedConfig } from '@queqiao/runtime';
import { describe, expect, it } from 'vitest';
import { connectConfig } from './config.js';

const REQUIRED = { QUEQIAO_NODE_ID: 'c1', QUEQIAO_REDIS_URL: 'redis://127.0.0.1:6379' };

/** The variables that an example file sets, comments left out. */
function parseExample(text: string): Record<string, string> {
  const lines = text.split('\n').filter((line) => line.startsWith('QUEQIAO_'));
  return Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).slice(0, 2)));
}

describe('configuration', () => {
  it('needs a node id and Redis only', () => {
    const config = loadConfig(connectConfig, REQUIRED);
    expect(config).toMatchObject({ profile: 'prod', socketPort: 9091, operationsPort: 9081 });
    expect(() => loadConfig(connectConfig, {})).toThrow(ConfigError);
  });

  it('accepts its own documented example', () => {
    const example = parseExample(configExample(connectConfig));
    expect(loadConfig(connectConfig, { ...REQUIRED, ...example }).redisUrl).toContain('redis://');
  });

  it('takes both files of TLS or none, and names the one that is missing', () => {
    const key = { ...REQUIRED, QUEQIAO_TLS_KEY_FILE: 'key.pem' };
    const both = { ...key, QUEQIAO_TLS_CERTIFICATE_FILE: 'certificate.pem' };
    expect(loadConfig(connectConfig, both)).toMatchObject({
      tlsKeyFile: 'key.pem',
      tlsCertificateFile: 'certificate.pem',
    });
    expect(() => loadConfig(connectConfig, key)).toThrow(
      'QUEQIAO_TLS_CERTIFICATE_FILE: is required with QUEQIAO_TLS_KEY_FILE',
    );
  });

  it('takes a Redis Cluster, and shows its hosts without their password', () => {
    const url = 'redis+cluster://me:hush@a:7000,b:7001';
    const config = loadConfig(connectConfig, { ...REQUIRED, QUEQIAO_REDIS_URL: url });
    expect(config.redisUrl).toBe(url);
    expect(redactedConfig(connectConfig, config)['redisUrl']).toBe(
      'redis+cluster://[redacted]@a:7000,b:7001',
    );
  });

  it.each([
    ['QUEQIAO_REDIS_URL', 'redis://a:7000,b:7001'],
    ['QUEQIAO_PING_INTERVAL_MS', '40000'],
    ['QUEQIAO_DRAIN_DELAY_MS', '20000'],
    ['QUEQIAO_SOCKET_PORT', '70000'],
    ['QUEQIAO_TLS_KEY_FILE', 'key.pem'],
    ['QUEQIAO_TLS_CERTIFICATE_FILE', 'certificate.pem'],
    ['QUEQIAO_NO_SUCH_SETTING', '1'],
  ])('refuses %s=%s', (name, value) => {
    expect(() => loadConfig(connectConfig, { ...REQUIRED, [name]: value })).toThrow(/QUEQIAO_/);
  });
});
