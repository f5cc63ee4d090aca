import { AppServiceDefinition as Apps } from '@queqiao/protocol/admin';
import { UserServiceDefinition as Users } from '@queqiao/protocol/server';
import { queryRows } from '@queqiao/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ApiRig, failureOf, newId } from '../rig/api-rig.js';

let rig: ApiRig;

beforeAll(async () => {
  rig = await ApiRig.start();
});
afterAll(() => rig.stop());

it('a node serves an app of which a newer version has stored settings, and keeps them when it changes others', async () => {
  const app = await rig.createApp('demo');
  const newer = { maxTextBytes: 100, unheardOf: 1, devicePolicy: { max: 2, newer: true } };
  const sql = `UPDATE apps SET settings = '${JSON.stringify(newer)}' WHERE app_id = 'demo'`;
  await queryRows(rig.database.url, sql);

  const users = [{ userId: 'ann' }];
  expect(await rig.backEndCalls(app)(Users, 'upsertUsers', { users })).toEqual({
    created: 1,
    updated: 0,
  });
  const operate = rig.operatorCalls();
  const listed = await operate(Apps, 'listApps', {});
  expect(listed.apps.map(({ appId }) => appId)).toEqual(['demo']);
  const change = (patchJson: string) =>
    operate(Apps, 'updateSettings', { clientRequestId: newId(), appId: 'demo', patchJson });
  const { app: changed } = await change('{"maxTextBytes":200}');
  expect(JSON.parse(changed?.setJson ?? '')).toEqual({ ...newer, maxTextBytes: 200 });
  const field = 'patch_json.unheardOf';
  expect(await failureOf(change('{"unheardOf":2}'))).toEqual({ code: 'INVALID_ARGUMENT', field });
  const { app: without } = await change('{"unheardOf":null,"devicePolicy":null}');
  expect(JSON.parse(without?.setJson ?? '')).toEqual({ maxTextBytes: 200 });
});
