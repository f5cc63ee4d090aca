import { describe, expect, it } from 'vitest';
import { createLogger } from './logger.js';
import { prettyLine } from './pretty-log.js';

function capture(pretty = false) {
  const lines: string[] = [];
  const logger = createLogger({
    service: 'logic',
    node: 'n1',
    level: 'debug',
    pretty,
    destination: { write: (line) => lines.push(line) },
  });
  return { logger, lines };
}

describe('createLogger', () => {
  it('writes one JSON line with service, node, level and an ISO time', () => {
    const { logger, lines } = capture();
    logger.info({ seq: 7 }, 'appended');
    logger.trace('below the level');
    expect(lines).toHaveLength(1);
    const record = JSON.parse(lines[0] ?? '') as Record<string, unknown>;
    expect(record).toMatchObject({
      level: 'info',
      service: 'logic',
      node: 'n1',
      seq: 7,
      msg: 'appended',
    });
    expect(String(record['time'])).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it('never writes secrets or message bodies, at any of four levels', () => {
    const { logger, lines } = capture();
    const secret = 'hunter2';
    logger.info({
      token: secret,
      a: { secret, b: { authorization: secret, c: { body: secret } } },
    });
    logger.info({
      content: { text: secret },
      metadata: { authorization: [secret] },
      password: secret,
    });
    logger.error({ err: Object.assign(new Error('failed'), { sql: `INSERT ${secret}` }) });
    logger.child({ credential: secret, request: { token: secret } }).warn('child');
    expect(lines).toHaveLength(4);
    expect(lines.join('')).not.toContain(secret);
    expect(lines.join('')).toContain('[redacted]');
  });
});

describe('pretty', () => {
  it('turns records into lines for people, redacted alike', () => {
    const { logger, lines } = capture(true);
    logger.warn({ seq: 7, token: 'hunter2', err: new Error('broken') }, 'odd');
    const [line = ''] = lines;
    expect(line).toMatch(/^\d\d:\d\d:\d\d\.\d{3} WARN {2}logic\/n1 odd seq=7 token=\[redacted\]\n/);
    expect(line).toContain('Error: broken\n    at ');
  });

  it('passes on what is not a record', () => {
    expect(prettyLine('plain\n')).toBe('plain\n');
  });
});
