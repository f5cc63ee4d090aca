import {
  createFileRegistry,
  fromBinary,
  fromJson,
  toBinary,
  type JsonObject,
} from '@bufbuild/protobuf';
import {
  FileDescriptorSetSchema,
  MethodOptions_IdempotencyLevel as Level,
} from '@bufbuild/protobuf/wkt';
import { descriptorSet } from '@queqiao/protocol/descriptor';
import { queryRows, type TestApp } from '@queqiao/testkit';
import { adminFields } from '../fields/admin-fields.js';
import { BROADCAST_ROWS } from '../fields/broadcast-fields.js';
import { clientFields } from '../fields/client-fields.js';
import { COMMENT_ROWS } from '../fields/comment-fields.js';
import { furnishGroups, groupFields } from '../fields/group-fields.js';
import { POST_ROWS } from '../fields/moment-fields.js';
import { serverFields } from '../fields/server-fields.js';
import { WEBHOOK_ROWS, webhookFields } from '../fields/webhook-fields.js';
import { methodPaths, schemaOf } from '../rig/any-door.js';
import type { ApiRig } from '../rig/api-rig.js';

const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, descriptorSet()));

/** All unary methods that the contract says change nothing. */
export function readingMethods(): string[] {
  return methodPaths('user', 'business', 'operator').filter((path) => {
    const [service = '', name] = path.split('/');
    const methods = registry.getService(service)?.methods ?? [];
    return methods.find((method) => method.name === name)?.idempotency === Level.NO_SIDE_EFFECTS;
  });
}

/** A request of each method that finds something, in the world of `furnish`. */
export function requestOf(path: string): Uint8Array {
  const { input } = schemaOf(path);
  return toBinary(input, fromJson(input, REQUESTS.get(path) ?? {}));
}

const REQUESTS: ReadonlyMap<string, JsonObject> = new Map(
  [...clientFields, ...groupFields(''), ...serverFields, ...adminFields, ...webhookFields].map(
    ([path, { request }]) => [path, request],
  ),
);

const ERASED = `INSERT INTO erasures (app_id, user_id, keep_messages, phase, requested_ms, erased_ms)
  VALUES ('demo', 'ivan', 1, 'done', 1, 2)`;

/** What the requests of the tables of fields speak of. */
export async function furnish(rig: ApiRig, app: TestApp): Promise<void> {
  await rig.createApp('managed');
  await rig
    .backEnd(`Bearer ${app.credential}`)
    .upsert('alice', 'bob', 'carol', 'dave', 'eve', 'frank', 'ivan');
  const rows = [POST_ROWS, COMMENT_ROWS, BROADCAST_ROWS, ERASED, ...WEBHOOK_ROWS];
  for (const sql of rows) await queryRows(rig.database.url, sql);
  const alice = await rig.signedIn(app, 'alice');
  await alice.createGroup({ groupId: 'team', memberIds: ['bob'] });
  const bob = await rig.signedIn(app, 'bob');
  await bob.createGroup({ groupId: 'of-bob', memberIds: ['alice'] });
  for (const said of ['a', 'b', 'c', 'd', 'e']) await alice.send('g:team', `first-${said}`, said);
  await alice.send('d:alice:bob', 'first', 'hello');
  await furnishGroups(rig, app);
}
