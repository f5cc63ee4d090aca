import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { methodsOf, takesFields } from '@queqiao/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLIENT_ROWS } from '../../src/same-calls/all-rows.js';
import { KINDS, SameApp } from '../../src/same-calls/same-app.js';
import type { Calls } from '../../src/same-calls/scene.js';
import { useCluster } from '../../src/scenario.js';

const trace = { QUEQIAO_LOG_LEVEL: 'trace' };
const cluster = useCluster({ connectEnv: trace, logicEnv: trace });
const methods = methodsOf('queqiao.client.v1');

let apps: SameApp[] = [];
beforeAll(async () => {
  const numbers = methods.map((_, number) => number);
  apps = await Promise.all(
    KINDS.map((kind, place) => SameApp.furnish(cluster(), kind, numbers, place)),
  );
}, 120_000);
afterAll(() => {
  for (const app of apps) app.close();
});

it('every method that devices call has its calls here, and every one that can be refused is', () => {
  expect([...CLIENT_ROWS.keys()].sort()).toEqual(methods);
});

describe('by socket in JSON and binary, by gRPC as the user, and on the user’s behalf', () => {
  it.each(methods)('%s answers the same', async (path) => {
    const row = CLIENT_ROWS.get(path);
    if (!row) throw new Error(`${path} has no row`);
    let calls: Calls | undefined;
    const noted = async (scene: Parameters<typeof row>[0]) => (calls = await row(scene));
    const number = methods.indexOf(path);
    const plays = KINDS.map(async (kind, at) => apps[at]?.play(path, noted, { kind, number }));
    const [first, ...others] = await Promise.all(plays);
    expect(first?.good[0]).toHaveProperty('body');
    expect(first?.refused.map(({ verdict }) => verdict)).toEqual(
      calls?.refused.map(([verdict]) => verdict),
    );
    expect(first?.refused.length).toBeGreaterThan(takesFields(path) ? 0 : -1);
    for (const other of others) expect(other).toEqual(first);
  });
});

describe('apps with the same names for everything', () => {
  it('are told nothing of each other', () => {
    for (const { marker, heard, madeUp } of apps) {
      expect(heard.filter((text) => text.includes(marker)).length).toBeGreaterThan(methods.length);
      expect(madeUp.size).toBeGreaterThan(10);
      const others = apps.filter((other) => other.marker !== marker);
      const secrets = others.flatMap((other) => [other.marker, ...other.madeUp]);
      expect(secrets.filter((secret) => heard.some((text) => text.includes(secret)))).toEqual([]);
    }
  });

  it('leave no words in logs, and no names in metrics', async () => {
    const { dir, connect, logic } = cluster();
    const markers = apps.map(({ marker }) => marker);
    const names = [...apps.map(({ app }) => app.appId), 'amy-', 'ben-', 'cat-', 'team-'];
    for (const { process } of [...connect, ...logic]) {
      const log = readFileSync(join(dir, `${process.name}.log`), 'utf8');
      expect(log.length).toBeGreaterThan(0);
      const metrics = await process.metrics();
      expect(metrics).toContain('queqiao_');
      const found = {
        log: markers.filter((each) => log.includes(each)),
        metrics: [...markers, ...names].filter((each) => metrics.includes(each)),
      };
      expect(found).toEqual({ log: [], metrics: [] });
    }
  });
});
