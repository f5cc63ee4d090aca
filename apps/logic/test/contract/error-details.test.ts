import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { machineHas, type TestApp } from '@queqiao/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ApiRig } from '../rig/api-rig.js';

let rig: ApiRig;
let app: TestApp;
beforeAll(async () => {
  rig = await ApiRig.start();
  app = await rig.createApp('demo');
});
afterAll(() => rig.stop());

const run = promisify(execFile);
const cwd = fileURLToPath(new URL('stock-client', import.meta.url));

/** What gRPC's own libraries for Go say about the failure of an empty request. */
async function stockFailure(method: string, bearer: string): Promise<unknown> {
  const args = ['run', '.', rig.address(), `/queqiao.server.v1.${method}`, bearer, 'my-request'];
  const { stdout } = await run('go', args, { cwd });
  return JSON.parse(stdout);
}

it.skipIf(!machineHas('go'))('are read by a client that knows nothing but gRPC', async () => {
  const { credential } = app;
  const metadata = { retryable: 'false', effect: 'none' };
  const common = { domain: 'queqiao', quotas: {}, retryMs: 0, requestId: 'my-request' };
  expect(await stockFailure('UserService/SignOutUser', credential)).toEqual({
    ...common,
    code: 'InvalidArgument',
    reason: 'INVALID_ARGUMENT',
    message: 'user_id: must match [A-Za-z0-9_.-]{1,64}',
    metadata: { ...metadata, field: 'user_id' },
    fields: { user_id: 'user_id: must match [A-Za-z0-9_.-]{1,64}' },
  });
  expect(await stockFailure('UserService/SignOutUser', 'nothing')).toMatchObject({
    ...common,
    code: 'Unauthenticated',
    reason: 'UNAUTHENTICATED',
    metadata,
    fields: {},
  });
});
