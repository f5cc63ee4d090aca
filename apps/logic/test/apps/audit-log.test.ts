import {
  ActorKind,
  AppServiceDefinition as Apps,
  AuditServiceDefinition as Audit,
  KeyAlgorithm,
  Scope,
  type AuditEntry,
} from '@queqiao/protocol/admin';
import { UserServiceDefinition } from '@queqiao/protocol/server';
import { AUDIT_KEPT_MS } from '@queqiao/store-mysql';
import { queryRows } from '@queqiao/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ApiRig, failureOf, newId, type UserCall } from '../rig/api-rig.js';

let rig: ApiRig;
let operate: UserCall;

beforeAll(async () => {
  rig = await ApiRig.start();
  operate = rig.operatorCalls();
});
afterAll(() => rig.stop());

const request = (appId: string) => ({ clientRequestId: newId(), appId });

async function entries(appId: string): Promise<AuditEntry[]> {
  return (await operate(Audit, 'listAuditEntries', { appId })).entries;
}

function told(list: readonly AuditEntry[]): string[] {
  return list.map(({ method, target, outcome }) => `${method} ${target} ${outcome}`);
}

it('has every change and every refusal, the newest first, with who it was', async () => {
  await operate(Apps, 'createApp', { ...request('shop'), name: 'Shop' });
  const patchJson = '{"maxTextBytes":10,"devicePolicy":{"max":2}}';
  await operate(Apps, 'updateSettings', { ...request('shop'), patchJson });
  const add = { ...request('shop'), keyId: 'k1', algorithm: KeyAlgorithm.HS256 };
  await operate(Apps, 'addKey', add);
  await operate(Apps, 'addKey', add);
  await failureOf(operate(Apps, 'addKey', { ...add, clientRequestId: newId() }));
  await failureOf(operate(Apps, 'deleteApp', request('shop')));
  await failureOf(operate(Apps, 'suspendApp', request('no app')));
  await operate(Apps, 'getApp', { appId: 'shop' });
  const list = await entries('shop');
  expect(told(list)).toEqual([
    'DeleteApp  CONFLICT',
    'AddKey k1 ALREADY_EXISTS',
    'AddKey k1 OK',
    'UpdateSettings devicePolicy,maxTextBytes OK',
    'CreateApp  OK',
  ]);
  expect(list[0]).toMatchObject({
    actorKind: ActorKind.OPERATOR,
    actorId: rig.operator.fingerprint,
    appId: 'shop',
  });
  expect(list[0]?.requestId).not.toBe('');
  const all = await entries('');
  expect(told(all.slice(0, 1))).toEqual(['SuspendApp  INVALID_ARGUMENT']);
  expect(all[0]?.appId).toBe('');
});

it('has what a back end took from users, in the name of its credential', async () => {
  const app = await rig.createApp('strict');
  await rig.backEnd(`Bearer ${app.credential}`).upsert('ann');
  await rig.backEndCalls(app)(UserServiceDefinition, 'signOutUser', { userId: 'ann' });
  expect(await entries('strict')).toMatchObject([
    { actorKind: ActorKind.CREDENTIAL, actorId: 'test', method: 'SignOutUser', target: 'ann' },
  ]);
});

it('is written with the change or not at all', async () => {
  await operate(Apps, 'createApp', { ...request('whole'), name: 'Whole' });
  const url = rig.database.rootUrl;
  const name = new URL(url).pathname.slice(1) || rig.database.name;
  await queryRows(url, `RENAME TABLE ${name}.audit_log TO ${name}.audit_log_away`);
  const scopes = [Scope.READ];
  await expect(operate(Apps, 'createCredential', { ...request('whole'), scopes })).rejects.toThrow(
    'internal error',
  );
  await expect(operate(Apps, 'suspendApp', request('whole'))).rejects.toThrow('internal error');
  await queryRows(url, `RENAME TABLE ${name}.audit_log_away TO ${name}.audit_log`);
  expect((await operate(Apps, 'listCredentials', { appId: 'whole' })).credentials).toEqual([]);
  const { app } = await operate(Apps, 'getApp', { appId: 'whole' });
  expect(app?.suspendedMs).toBe(0);
});

it('holds no secret, nor does any other table but the keys’', async () => {
  await operate(Apps, 'createApp', { ...request('quiet'), name: 'Quiet' });
  const secret = Buffer.from('the secret that was given to it 1234');
  const algorithm = KeyAlgorithm.HS256;
  await operate(Apps, 'addKey', { ...request('quiet'), algorithm, secret });
  const made = await operate(Apps, 'addKey', { ...request('quiet'), algorithm });
  const scopes = [Scope.WRITE];
  const { bearer } = await operate(Apps, 'createCredential', { ...request('quiet'), scopes });
  const tables = ['audit_log', 'requests', 'apps', 'app_credentials', 'app_revocations'];
  let all = '';
  for (const table of tables) {
    const rows = await queryRows(rig.database.url, `SELECT * FROM ${table}`);
    all += JSON.stringify(rows, (_, value: unknown) => {
      const bytes = value as { type?: string; data?: number[] } | null;
      return bytes?.type === 'Buffer' ? Buffer.from(bytes.data ?? []).toString('latin1') : value;
    });
  }
  const secrets = [secret, Buffer.from(made.secret)];
  const spellings = secrets.flatMap((bytes) => {
    return [
      bytes.toString('latin1'),
      bytes.toString('base64'),
      bytes.toString('hex'),
      bytes.join(),
    ];
  });
  for (const text of [...spellings, bearer.split('.').at(-1) ?? '', rig.operator.bearer]) {
    expect(all).not.toContain(text);
  }
  expect(all).toContain('quiet');
});

it('is read page by page and pruned by age', async () => {
  await operate(Apps, 'createApp', { ...request('paged'), name: 'Paged' });
  for (let n = 0; n < 4; n += 1) await operate(Apps, 'resumeApp', request('paged'));
  const seen: number[] = [];
  for (let pageToken = ''; ;) {
    const page = await operate(Audit, 'listAuditEntries', { appId: 'paged', pageToken, limit: 2 });
    seen.push(...page.entries.map(({ auditNumber }) => auditNumber));
    pageToken = page.nextPageToken;
    if (pageToken === '') break;
  }
  expect(seen).toEqual([...new Set(seen)].sort((a, b) => b - a));
  expect(seen).toHaveLength(5);
  const age = `created_ms = created_ms - ${AUDIT_KEPT_MS + 60_000}`;
  const oldest = `app_id = 'paged' ORDER BY audit_number LIMIT 3`;
  await queryRows(rig.database.url, `UPDATE audit_log SET ${age} WHERE ${oldest}`);
  await rig.withStores(async ({ admin }) => {
    expect(await admin.prune(2)).toBe(2);
    expect(await admin.prune(2)).toBe(1);
  });
  expect(await entries('paged')).toHaveLength(2);
});
