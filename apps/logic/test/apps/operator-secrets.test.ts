import { AppServiceDefinition as Apps } from '@queqiao/protocol/admin';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ApiRig, failureOf } from '../rig/api-rig.js';

const REFUSED = { method: 'queqiao.admin.v1.AppService/ListApps', code: 'UNAUTHENTICATED' };

let rig: ApiRig;

beforeAll(async () => {
  rig = await ApiRig.start();
});
afterAll(() => rig.stop());

async function refused(): Promise<number> {
  const metric = rig.nodes[0]?.logic.registry.getSingleMetric('queqiao_api_calls_total');
  const counted = (await metric?.get())?.values.find(({ labels: { method, code } }) => {
    return method === REFUSED.method && code === REFUSED.code;
  });
  return counted?.value ?? 0;
}

it('a wrong secret of an operator is counted, and a right one is not', async () => {
  const call = (bearer: string) => rig.operatorCalls(0, bearer)(Apps, 'listApps', {});
  await call(rig.operator.bearer);
  expect(await refused()).toBe(0);
  for (const bearer of [`${rig.operator.bearer}x`, 'qqop.', `qqop.${'x'.repeat(32)}`])
    expect(await failureOf(call(bearer))).toMatchObject({ code: REFUSED.code });
  expect(await refused()).toBe(3);
});
