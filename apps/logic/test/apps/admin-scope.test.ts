import { createFileRegistry, fromBinary } from '@bufbuild/protobuf';
import {
  FileDescriptorSetSchema,
  MethodOptions_IdempotencyLevel as Level,
} from '@bufbuild/protobuf/wkt';
import { ActorKind, AuditServiceDefinition as Audit } from '@queqiao/protocol/admin';
import { descriptorSet } from '@queqiao/protocol/descriptor';
import type { UserId } from '@queqiao/domain';
import type { TestApp } from '@queqiao/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { METHOD_SCOPES } from '../../src/api/index.js';
import { callWith, grpcDoor, type AnyDoor, type JsonObject } from '../rig/any-door.js';
import { ApiRig, newId } from '../rig/api-rig.js';

let rig: ApiRig;
let app: TestApp;
let backEnd: AnyDoor;
let inPlaceOfAnn: AnyDoor;
let webhook_id: string;

const SERVER = 'queqiao.server.v1';
const url = 'https://shop.example/hook';
/** Every method that a back end is allowed by the scope `admin` and that changes something, in an order in which all are taken. */
const CHANGES: Readonly<Record<string, () => JsonObject>> = {
  [`${SERVER}.HookService/SetBeforeSendHook`]: () => ({
    url,
    on_failure: 'FAILURE_POLICY_ALLOW',
  }),
  [`${SERVER}.HookService/DeleteBeforeSendHook`]: () => ({}),
  [`${SERVER}.WebhookService/CreateWebhook`]: () => ({ url }),
  [`${SERVER}.WebhookService/UpdateWebhook`]: () => ({ webhook_id, enabled: true }),
  [`${SERVER}.WebhookService/RotateSecret`]: () => ({ webhook_id }),
  [`${SERVER}.WebhookService/ReplayDeadLetters`]: () => ({ webhook_id }),
  [`${SERVER}.WebhookService/DeleteWebhook`]: () => ({ webhook_id }),
  [`${SERVER}.TokenService/RevokeToken`]: () => ({ user_id: 'ann', token_id: 't1' }),
  ['queqiao.client.v1.DeviceService/SignOutDevice']: () => ({ device_id: 'phone' }),
  [`${SERVER}.UserService/SignOutUser`]: () => ({ user_id: 'ann' }),
  [`${SERVER}.UserService/BanUser`]: () => ({ user_id: 'bob' }),
  [`${SERVER}.UserService/UnbanUser`]: () => ({ user_id: 'bob' }),
  [`${SERVER}.UserService/EraseUser`]: () => ({ user_id: 'bob' }),
};
/** A token takes nothing from anybody, and is asked for at every sign-in of an app that signs none itself. */
const NOT_RECORDED = [`${SERVER}.TokenService/IssueToken`];

beforeAll(async () => {
  rig = await ApiRig.start();
  app = await rig.createApp('demo', { events: true });
  await rig.backEnd(`Bearer ${app.credential}`).upsert('ann', 'bob', 'cat');
  const authorization = `Bearer ${app.credential}`;
  backEnd = grpcDoor(rig, { authorization });
  inPlaceOfAnn = grpcDoor(rig, { authorization, 'queqiao-user': 'ann' });
  await rig.withStores(async ({ devices }) => {
    const facts = { deviceId: 'phone', platform: 'web', brand: '', model: '' };
    const device = { ...facts, osVersion: '', appVersion: '' } as never;
    for (const user of ['ann', 'cat']) {
      await devices.recordSignIn(app.appId, user as UserId, device, 1);
    }
  });
});
afterAll(async () => {
  backEnd.close();
  inPlaceOfAnn.close();
  await rig.stop();
});

async function newest(): Promise<{ method: string; actorId: string; outcome: string }[]> {
  const { entries } = await rig.operatorCalls()(Audit, 'listAuditEntries', { appId: app.appId });
  return entries.map(({ method, actorKind, actorId, outcome }) => {
    expect(actorKind).toBe(ActorKind.CREDENTIAL);
    return { method, actorId, outcome };
  });
}

const contract = createFileRegistry(fromBinary(FileDescriptorSetSchema, descriptorSet()));

function changes(path: string): boolean {
  const [service = '', name] = path.split('/');
  const method = contract.getService(service)?.methods.find((each) => each.name === name);
  return method?.idempotency !== Level.NO_SIDE_EFFECTS;
}

it('names every method that changes something by the scope `admin`', () => {
  const changing = [...METHOD_SCOPES]
    .filter(([, scope]) => scope === 'admin')
    .map(([path]) => path)
    .filter(changes);
  expect([...Object.keys(CHANGES), ...NOT_RECORDED].sort()).toEqual(changing.sort());
});

it('each of them is in the audit log once, with the credential, however often it is repeated', async () => {
  for (const [count, [path, fields]] of Object.entries(CHANGES).entries()) {
    const door = path.startsWith(SERVER) ? backEnd : inPlaceOfAnn;
    const request = { client_request_id: newId(), ...fields() };
    const answer = (await callWith(door, path, request)) as { webhook?: { webhookId: string } };
    webhook_id = answer.webhook?.webhookId ?? webhook_id;
    await callWith(door, path, request);
    const [method = ''] = path.split('/').slice(1);
    const entries = await newest();
    expect(entries, path).toHaveLength(count + 1);
    expect(entries[0], path).toEqual({ method, actorId: 'test', outcome: 'OK' });
  }
});

it('what a user does is not in it', async () => {
  const before = await newest();
  const authorization = `Bearer ${await app.token('cat')}`;
  const own = grpcDoor(rig, { authorization, 'queqiao-device': 'tablet' });
  const request = { client_request_id: newId(), device_id: 'phone' };
  await callWith(own, 'queqiao.client.v1.DeviceService/SignOutDevice', request);
  own.close();
  expect(await newest()).toEqual(before);
});
