import { parseAppId, parseUserId } from '@queqiao/domain';
import { UserServiceDefinition as ServerUsers } from '@queqiao/protocol/server';
import { eventually, queryRows } from '@queqiao/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LateRig } from './late-rig.js';

const MANY = 40;
let late: LateRig;

beforeAll(async () => {
  late = await LateRig.start();
});
afterAll(() => late.stop());

const gone = async (appId: string): Promise<number> => {
  const sql = `SELECT COUNT(*) AS n FROM erasures WHERE app_id = '${appId}' AND erased_ms > 0`;
  return Number((await queryRows(late.url, sql))[0]?.['n']);
};

it('a user of an app is erased while another app has many to erase, and while one of these does not go on', async () => {
  const { rig } = late;
  const apps = { busy: await rig.createApp('busy'), small: await rig.createApp('small') };
  const ids = Array.from({ length: MANY }, (_, n) => `b${String(n)}`);
  for (const [app, userIds] of [
    [apps.busy, ids],
    [apps.small, ['s']],
  ] as const) {
    const users = userIds.map((userId) => ({ userId }));
    await rig.backEndCalls(app)(ServerUsers, 'upsertUsers', { users });
  }
  const begin = (appId: string, userIds: readonly string[]) =>
    rig.withStores(async ({ erasures }) => {
      for (const id of userIds) {
        const who = { userId: parseUserId(id), keepMessages: false };
        await erasures.begin(parseAppId(appId), who, {});
      }
    });
  const { user } = late.gates;
  user.close('busy');
  await begin('busy', ids);
  await eventually('one of the many is about to end', () => user.reached);
  await begin('small', ['s']);
  await eventually('the small one is gone', async () => (await gone('small')) === 1);
  expect(await gone('busy')).toBe(0);
  user.open();
  await eventually('all are gone', async () => (await gone('busy')) === MANY);
});
