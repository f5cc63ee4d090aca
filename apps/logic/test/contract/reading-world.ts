import { createFileRegistry, fromBinary, fromJson, toBinary } from '@bufbuild/protobuf';
import {
  FileDescriptorSetSchema,
  MethodOptions_IdempotencyLevel as Level,
} from '@bufbuild/protobuf/wkt';
import { descriptorSet } from '@queqiao/protocol/descriptor';
import { queryRows, type TestApp } from '@queqiao/testkit';
import { adminFields } from '../fields/admin-fields.js';
import { clientFields } from '../fields/client-fields.js';
import { furnish as furnishFields } from '../fields/fields-world.js';
import { groupFields } from '../fields/group-fields.js';
import type { MethodRow } from '../fields/field-rules.js';
import { serverFields } from '../fields/server-fields.js';
import { webhookFields } from '../fields/webhook-fields.js';
import { methodPaths, schemaOf } from '../rig/any-door.js';
import type { ApiRig } from '../rig/api-rig.js';

const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, descriptorSet()));

/** All unary methods that the contract says change nothing. */
export function readingMethods(): string[] {
  return methodsOf(Level.NO_SIDE_EFFECTS);
}

/** All the others. */
export function changingMethods(): string[] {
  return methodsOf(Level.IDEMPOTENT);
}

function methodsOf(level: Level): string[] {
  return methodPaths('user', 'business', 'operator').filter((path) => {
    const [service = '', name] = path.split('/');
    const methods = registry.getService(service)?.methods ?? [];
    return methods.find((method) => method.name === name)?.idempotency === level;
  });
}

/** A request of each method that finds something, in the world of `furnish`; of calls in a face room, in this one. */
export function requestOf(path: string, roomId = ''): Uint8Array {
  const { input } = schemaOf(path);
  const rows = path.includes('FaceRoom') ? groupFields(roomId) : ROWS;
  return toBinary(input, fromJson(input, rows.get(path)?.request ?? {}));
}

const ROWS: ReadonlyMap<string, MethodRow> = new Map([
  ...clientFields,
  ...groupFields(''),
  ...serverFields,
  ...adminFields,
  ...webhookFields,
]);

const ERASED = `INSERT INTO erasures (app_id, user_id, keep_messages, phase, requested_ms, erased_ms)
  VALUES ('demo', 'ivan', 1, 'done', 1, 2)`;

/** What the requests of the tables of fields speak of. */
export async function furnish(rig: ApiRig, app: TestApp): Promise<void> {
  await furnishFields(rig, app);
  await queryRows(rig.database.url, ERASED);
}
