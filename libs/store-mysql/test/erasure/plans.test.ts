import { selfConversationId } from '@queqiao/domain';
import type { RawBuilder } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  firstApplications,
  firstFriendRequest,
  firstInvitation,
} from '../../src/erasure/erased-requests.js';
import { toldBy } from '../../src/erasure/told-words.js';
import { compiled } from '../rig/compiled.js';
import { app, StoreRig, user } from '../rig/store-rig.js';

const ROWS = 400;
let rig: StoreRig;

beforeAll(async () => {
  rig = await StoreRig.start();
  rig.open();
  const rows = (row: (n: number) => string) =>
    Array.from({ length: ROWS }, (_, n) => row(n)).join();
  await rig.rows(
    `INSERT INTO entries (app_id, conversation_id, seq, ordinal, sender, kind, created_ms, content)
     VALUES ${rows((n) => `('demo','s:bob',${n + 1},0,'u${n % 2}','friendRequestChanged',1,'x')`)}`,
  );
  await rig.rows(
    `INSERT INTO friend_requests (app_id, user_id, direction, peer_id, state, created_ms, updated_ms, expires_ms)
     VALUES ${rows((n) => `('demo','u${n % 9}','in','p${n}','pending',1,1,1)`)}`,
  );
  await rig.rows(
    `INSERT INTO group_invitations (app_id, user_id, conversation_id, inviter_id, state, created_ms, updated_ms, expires_ms)
     VALUES ${rows((n) => `('demo','p${n}','g:one','u${n % 9}','pending',1,1,1)`)}`,
  );
  await rig.rows(
    `INSERT INTO group_applications (app_id, conversation_id, user_id, inviter_id, handled_by, answer, state, created_ms, updated_ms)
     VALUES ${rows((n) => `('demo','g:${n}','u${n % 9}','u${n % 9}','u${n % 9}','x','pending',1,1)`)}`,
  );
});
afterAll(() => rig.stop());

async function plan(builder: RawBuilder<unknown>): Promise<string> {
  const { sql, values } = compiled(builder);
  const [row, ...more] = await rig.rows<{ key: string; type: string; Extra: string | null }>(
    `EXPLAIN FORMAT=TRADITIONAL ${sql}`,
    values,
  );
  expect(more).toEqual([]);
  expect(row?.Extra ?? '').not.toMatch(/temporary/);
  return `${row?.key} ${row?.type}`;
}

it('what a user has told is a range of an index', async () => {
  const place = { conversationId: selfConversationId(user('bob')), sender: user('u1') };
  const told = toldBy({ appId: app }, place, { after: 7, limit: 10 });
  expect(await plan(told)).toMatch(/^entries_by_message (ref|range)$/);
  const { sql, values } = compiled(told);
  const found = await rig.rows<{ seq: number }>(sql, values);
  expect(found.map(({ seq }) => seq)).toEqual([8, 10, 12, 14, 16, 18, 20, 22, 24, 26]);
});

it('requests of a user are found by whatever the user was in them', async () => {
  const firsts = [firstFriendRequest, firstInvitation, ...firstApplications];
  const plans: string[] = [];
  for (const first of firsts) plans.push(await plan(first(app, user('u1'))));
  expect(plans).toEqual([
    'PRIMARY ref',
    'group_invitations_by_inviter ref',
    'group_applications_by_user ref',
    'group_applications_by_inviter ref',
    'group_applications_by_handler ref',
  ]);
});
