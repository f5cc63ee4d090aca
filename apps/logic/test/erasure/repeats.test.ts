import { fromBinary, fromJson, toJson } from '@bufbuild/protobuf';
import { Erasure_Phase, UserServiceDefinition as Users } from '@queqiao/protocol/server';
import { eventually, type TestApp } from '@queqiao/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { changingMethods, requestOf } from '../contract/reading-world.js';
import { FIELDS_SETTINGS, furnish } from '../fields/fields-world.js';
import { audienceOf, doorsOf, schemaOf, type AnyDoor, type JsonObject } from '../rig/any-door.js';
import { ApiRig, newId } from '../rig/api-rig.js';

/** All with whom alice has to do in the table of fields. */
const OTHERS = ['bob', 'carol', 'dave', 'eve', 'frank'];

/** Whose answer is of now, whatever was answered before. */
const ANSWERED_ANEW: ReadonlySet<string> = new Set([
  'queqiao.client.v1.ConversationService/ClearHistory',
  'queqiao.client.v1.ConversationService/MarkRead',
  'queqiao.client.v1.ConversationService/UpdateSettings',
  'queqiao.client.v1.GroupService/EnterFaceRoom',
  'queqiao.client.v1.MessageService/DeleteForMe',
  'queqiao.client.v1.PresenceService/SubscribePresence',
  'queqiao.server.v1.BroadcastService/StartBroadcast',
  'queqiao.server.v1.TokenService/IssueToken',
]);

const paths = changingMethods().filter((path) => {
  return audienceOf(path) !== 'operator' && !ANSWERED_ANEW.has(path);
});

let rig: ApiRig;
let app: TestApp;
let roomId: string;
let doors: Record<string, readonly AnyDoor[]>;
const first = new Map<string, string>();

beforeAll(async () => {
  rig = await ApiRig.start();
  app = await rig.createApp('demo', FIELDS_SETTINGS);
  roomId = await furnish(rig, app);
  doors = await doorsOf(rig, app, 'alice');
  for (const path of paths) first.set(path, await answer(path));
  for (const userId of OTHERS) await erase(userId);
});
afterAll(async () => {
  for (const door of Object.values(doors).flat()) door.close();
  await rig.stop();
});

async function erase(userId: string): Promise<void> {
  const backEnd = rig.backEndCalls(app);
  await backEnd(Users, 'eraseUser', { clientRequestId: newId(), userId });
  await eventually('the user is gone', async () => {
    const { erasure } = await backEnd(Users, 'getErasure', { userId });
    return erasure?.phase === Erasure_Phase.DONE;
  });
}

/** Without what is said once, and what is said again. */
async function answer(path: string, door = doors[audienceOf(path)]?.[0]): Promise<string> {
  if (door === undefined) throw new Error('no door');
  const { input, output } = schemaOf(path);
  const request = requestOf(path, roomId);
  const body =
    door.codec === 'json'
      ? new TextEncoder().encode(JSON.stringify(toJson(input, fromBinary(input, request))))
      : request;
  const answered = await door.raw(path, body);
  const said =
    door.codec === 'json'
      ? fromJson(output, JSON.parse(new TextDecoder().decode(answered)) as never)
      : fromBinary(output, answered);
  const { secret: _, ...rest } = toJson(output, said, { alwaysEmitImplicit: true }) as JsonObject;
  return JSON.stringify(rest).replaceAll('"alreadyStored":true', '"alreadyStored":false');
}

it('knows the changes', () => {
  expect(paths.length).toBeGreaterThan(60);
});

it.each(paths)('%s is answered again as before, whoever was erased since', async (path) => {
  for (const door of doors[audienceOf(path)] ?? [])
    expect(await answer(path, door), door.name).toBe(first.get(path));
});
