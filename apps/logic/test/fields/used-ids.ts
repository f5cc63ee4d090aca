import { queryRows } from '@queqiao/testkit';
import { expect } from 'vitest';
import { schemaOf, type JsonObject } from '../rig/any-door.js';

/**
 * That an id under which a call was carried out is good for nothing but that call: another request or another method is refused. What
 * a version that kept no digest has answered is told apart by its method alone. Nothing to be seen of calls without an id.
 */
export async function expectIdTaken(
  url: string,
  path: string,
  request: JsonObject,
  repeat: () => Promise<string>,
): Promise<void> {
  const { client_request_id: id } = request;
  const takesId = schemaOf(path).input.fields.some(({ name }) => name === 'client_request_id');
  // Messages keep their ids in the log.
  if (!takesId || IN_LOG.has(path)) return;
  expect(typeof id, 'the row has an id').toBe('string');
  const [, method = ''] = path.split('/');
  // The same id may be another caller's, whose digest is gone when its turn was before.
  const kept = await queryRows(
    url,
    'SELECT app_id, actor, LENGTH(digest) AS bytes FROM requests WHERE request_id = ? AND method = ? AND digest IS NOT NULL',
    [id as string, method],
  );
  expect(kept).toMatchObject([{ bytes: 32 }]);
  const set = (what: string) =>
    queryRows(
      url,
      `UPDATE requests SET ${what} WHERE app_id = ? AND actor = ? AND request_id = ?`,
      [kept[0]?.['app_id'], kept[0]?.['actor'], id],
    );
  await set('digest = REVERSE(digest)');
  expect(await repeat(), 'another request').toBe('ALREADY_EXISTS client_request_id');
  await set("digest = REVERSE(digest), method = 'Another'");
  expect(await repeat(), 'another method').toBe('ALREADY_EXISTS client_request_id');
  await set(`digest = NULL, method = '${method}'`);
  expect(await repeat(), 'of an earlier version').toBe('OK');
}

const IN_LOG: ReadonlySet<string> = new Set([
  'queqiao.server.v1.MessageService/RecallMessage',
  'queqiao.server.v1.MessageService/DeleteMessages',
]);
