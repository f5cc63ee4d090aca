import { generateKeyPairSync } from 'node:crypto';
import {
  KeyAlgorithm,
  AppServiceDefinition as Apps,
  AppStatus,
  Scope,
} from '@queqiao/protocol/admin';
import { SessionServiceDefinition } from '@queqiao/protocol/link';
import { PresenceServiceDefinition, UserServiceDefinition } from '@queqiao/protocol/server';
import { systemClock } from '@queqiao/runtime';
import { TENANT_TABLES } from '@queqiao/store-mysql';
import { eventually, queryRows, TestOperator } from '@queqiao/testkit';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppPurge } from '../../src/compose/app-purge.js';
import { callWith, linkDoor, methodPaths } from '../rig/any-door.js';
import { ApiRig, failureOf, newId, type UserCall } from '../rig/api-rig.js';

let rig: ApiRig;
/** Changes go through the first node, and are looked for on the second. */
let operate: UserCall;

beforeAll(async () => {
  rig = await ApiRig.start(2);
  operate = rig.operatorCalls();
});
afterAll(() => rig.stop());

const request = (appId: string) => ({ clientRequestId: newId(), appId });

async function create(appId: string): Promise<void> {
  await operate(Apps, 'createApp', { ...request(appId), name: appId });
}

async function credentialOf(appId: string, ...scopes: Scope[]): Promise<string> {
  const { bearer } = await operate(Apps, 'createCredential', { ...request(appId), scopes });
  return bearer;
}

/** What a back end is answered on the second node: OK, or a code. */
async function heard(credential: string): Promise<string> {
  const call = rig.backEndCalls({ credential }, 1);
  const answer = call(PresenceServiceDefinition, 'getPresence', { userIds: ['ann'] });
  return answer.then(
    () => 'OK',
    async () => (await failureOf(answer)).code,
  );
}

function sign(appId: string, kid: string, secret: Uint8Array): Promise<string> {
  const nowS = Math.floor(Date.now() / 1_000);
  return new SignJWT({ app: appId, sub: 'ann', aud: 'queqiao', iat: nowS, exp: nowS + 3_600 })
    .setProtectedHeader({ alg: 'HS256', kid })
    .sign(secret);
}

/** What a user with this token is answered on the second node. */
async function admitted(token: string): Promise<string> {
  const metadata = { authorization: `Bearer ${token}`, 'queqiao-device': 'phone' };
  const answer = rig.user(metadata, 1).getUsers('ann');
  return answer.then(
    () => 'OK',
    async () => (await failureOf(answer)).code,
  );
}

describe('operators', () => {
  it('are known by their secrets, each of them, and nobody else is one', async () => {
    await create('guarded');
    const app = await rig.createApp('own');
    const strangers = [
      `${rig.operator.bearer}x`,
      rig.operator.bearer.slice('qqop.'.length),
      `qqop.${rig.operator.sha256}`,
      'qqop.',
      app.credential,
      await app.token('ann'),
    ];
    for (const bearer of strangers) {
      const call = rig.operatorCalls(0, bearer)(Apps, 'getApp', { appId: 'guarded' });
      expect(await failureOf(call), bearer).toMatchObject({ code: 'UNAUTHENTICATED' });
    }
    const [old, next] = [rig.operator, new TestOperator()];
    const both = `${old.sha256},${next.sha256}`;
    await rig.addNode({ QUEQIAO_OPERATOR_SECRET_SHA256: both });
    for (const { bearer } of [old, next]) {
      const { app: found } = await rig.operatorCalls(2, bearer)(Apps, 'getApp', {
        appId: 'guarded',
      });
      expect(found?.appId).toBe('guarded');
    }
  });

  it('do not exist where none was named, nor at the link', async () => {
    await rig.addNode({ QUEQIAO_OPERATOR_SECRET_SHA256: '' });
    const call = rig.operatorCalls(rig.nodes.length - 1)(Apps, 'listApps', {});
    expect(await failureOf(call)).toMatchObject({ code: 'UNIMPLEMENTED' });
    const door = linkDoor(rig, 'proto');
    for (const path of methodPaths('operator')) {
      await expect(callWith(door, path, {})).rejects.toMatchObject({ code: 'UNIMPLEMENTED' });
    }
    door.close();
  });
});

describe.concurrent('apps', () => {
  it('are created once, found and listed page by page', async () => {
    const first = { ...request('shop'), name: 'A shop 🌉' };
    const made = await operate(Apps, 'createApp', first);
    expect(made.app).toMatchObject({ appId: 'shop', name: 'A shop 🌉', status: AppStatus.ACTIVE });
    expect(await rig.operatorCalls(1)(Apps, 'createApp', first)).toEqual(made);
    const again = operate(Apps, 'createApp', { ...first, clientRequestId: newId() });
    expect(await failureOf(again)).toEqual({ code: 'ALREADY_EXISTS', field: 'app_id' });
    const other = operate(Apps, 'suspendApp', first);
    expect(await failureOf(other)).toEqual({ code: 'ALREADY_EXISTS', field: 'client_request_id' });
    for (const id of ['list-a', 'list-b', 'list-c']) await create(id);
    const found: string[] = [];
    for (let pageToken = ''; ;) {
      const page = await operate(Apps, 'listApps', { pageToken, limit: 2 });
      expect(page.apps.length).toBeLessThanOrEqual(2);
      found.push(...page.apps.map(({ appId }) => appId));
      pageToken = page.nextPageToken;
      if (pageToken === '') break;
    }
    // What binds a token to its list, and a place that no id can be compared with.
    const { nextPageToken } = await operate(Apps, 'listApps', { limit: 1 });
    const forged = nextPageToken.slice(0, 11) + Buffer.from('["é"]').toString('base64url');
    expect(await failureOf(operate(Apps, 'listApps', { pageToken: forged }))).toEqual({
      code: 'INVALID_ARGUMENT',
      field: 'page_token',
    });
    expect(found).toEqual([...found].sort());
    expect(found).toEqual(expect.arrayContaining(['list-a', 'list-b', 'list-c', 'shop']));
  });

  it('are created by one of many calls at the same moment', async () => {
    const same = { ...request('race'), name: 'race' };
    const calls = Array.from({ length: 8 }, (_, n) =>
      rig.operatorCalls(n % 2)(Apps, 'createApp', same),
    );
    const answers = await Promise.all(calls);
    expect(new Set(answers.map(({ app }) => app?.createdMs)).size).toBe(1);
    const rows = "SELECT COUNT(*) AS n FROM audit_log WHERE app_id = 'race'";
    expect(await queryRows(rig.database.url, rows)).toEqual([{ n: 1 }]);
  });

  it('take settings as a patch, and go back to defaults', async () => {
    await create('set');
    const update = async (patch: unknown) => {
      const patchJson = JSON.stringify(patch);
      const { app } = await operate(Apps, 'updateSettings', { ...request('set'), patchJson });
      return JSON.parse(app?.setJson ?? '') as object;
    };
    expect(await update({ maxTextBytes: 9, devicePolicy: { max: 2 } })).toEqual({
      maxTextBytes: 9,
      devicePolicy: { max: 2 },
    });
    expect(await update({ devicePolicy: { mode: 'max-per-user' } })).toEqual({
      maxTextBytes: 9,
      devicePolicy: { max: 2, mode: 'max-per-user' },
    });
    expect(await update({ maxTextBytes: null, devicePolicy: null })).toEqual({});
    const patchJson = '{"maxTextBytes":0,"maxFriends":"many","devicePolicy":{"mode":"x"}}';
    const wrong = operate(Apps, 'updateSettings', { ...request('set'), patchJson });
    await expect(wrong).rejects.toThrow(/maxTextBytes.*maxFriends.*devicePolicy\.mode/);
    expect(await failureOf(wrong)).toEqual({
      code: 'INVALID_ARGUMENT',
      field: 'patch_json.maxTextBytes',
    });
    const nameless = operate(Apps, 'updateSettings', {
      ...request('set'),
      patchJson: '{"nope":1}',
    });
    await expect(nameless).rejects.toThrow(/patch_json\.nope: there is no such setting$/);
    const { app } = await rig.operatorCalls(1)(Apps, 'getApp', { appId: 'set' });
    expect(app?.setJson).toBe('{}');
    expect(JSON.parse(app?.settingsJson ?? '')).toMatchObject({ maxTextBytes: 8_192 });
  });

  it('are suspended and resumed on every node', async () => {
    await create('pausing');
    const credential = await credentialOf('pausing', Scope.READ);
    expect(await heard(credential)).toBe('OK');
    const { app } = await operate(Apps, 'suspendApp', request('pausing'));
    expect(app?.status).toBe(AppStatus.SUSPENDED);
    expect(app?.suspendedMs).toBeGreaterThan(0);
    await eventually('the other node refuses', async () => {
      return (await heard(credential)) === 'APP_SUSPENDED';
    });
    expect(await revocations('pausing')).toEqual([{ keyId: '', revokedMs: app?.suspendedMs }]);
    await operate(Apps, 'resumeApp', request('pausing'));
    await eventually('the other node answers', async () => (await heard(credential)) === 'OK');
  });
});

/** What connect nodes are told of an app. */
async function revocations(appId: string) {
  const door = linkDoor(rig, 'proto');
  const path = `${SessionServiceDefinition.fullName}/RevocationsSince`;
  const answer = (await callWith(door, path, {})) as {
    appRevocations: { appId: string; keyId: string; revokedMs: string }[];
  };
  door.close();
  return answer.appRevocations
    .filter((row) => row.appId === appId)
    .map(({ keyId, revokedMs }) => ({ keyId, revokedMs: Number(revokedMs) }));
}

describe.concurrent('keys', () => {
  const algorithm = KeyAlgorithm.HS256;

  it('are made, shown once, and end on every node', async () => {
    await create('keyed');
    const add = { ...request('keyed'), algorithm };
    const { key, secret } = await operate(Apps, 'addKey', add);
    expect(secret.length).toBe(32);
    const repeated = await rig.operatorCalls(1)(Apps, 'addKey', add);
    expect([repeated.key, repeated.secret.length]).toEqual([key, 0]);
    const keyId = key?.keyId ?? '';
    const token = await sign('keyed', keyId, secret);
    expect(await admitted(token)).toBe('OK');
    const retired = await operate(Apps, 'retireKey', { ...request('keyed'), keyId });
    await eventually('the other node refuses', async () => {
      return (await admitted(token)) === 'UNAUTHENTICATED';
    });
    expect(await revocations('keyed')).toEqual([{ keyId, revokedMs: retired.key?.retiredMs }]);
    const after = await operate(Apps, 'retireKey', { ...request('keyed'), keyId });
    expect(after.key?.retiredMs).toBe(retired.key?.retiredMs);
    const { keys } = await operate(Apps, 'listKeys', { appId: 'keyed' });
    expect(keys).toEqual([retired.key]);
  });

  it('overlap when one is retired at a time to come, which may be moved', async () => {
    await create('rotating');
    const [older, newer] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
    await operate(Apps, 'addKey', {
      ...request('rotating'),
      keyId: 'old',
      algorithm,
      secret: older,
    });
    await operate(Apps, 'addKey', {
      ...request('rotating'),
      keyId: 'new',
      algorithm,
      secret: newer,
    });
    const far = Date.now() + 3_600_000;
    const retire = (retireAtMs: number) =>
      operate(Apps, 'retireKey', { ...request('rotating'), keyId: 'old', retireAtMs });
    expect((await retire(far)).key?.retiredMs).toBe(far);
    const [first, second] = [
      await sign('rotating', 'old', older),
      await sign('rotating', 'new', newer),
    ];
    expect([await admitted(first), await admitted(second)]).toEqual(['OK', 'OK']);
    expect(await revocations('rotating')).toEqual([]);
    const near = Date.now() + 6_000;
    const { key } = await retire(near);
    expect(key?.retiredMs).toBe(near);
    const planned = "SELECT revoked_ms FROM app_revocations WHERE app_id = 'rotating'";
    expect(await queryRows(rig.database.url, planned)).toEqual([{ revoked_ms: near }]);
    await eventually('the old one ends', async () => (await admitted(first)) === 'UNAUTHENTICATED');
    await eventually('connect nodes are told', async () => {
      const [row] = await revocations('rotating');
      return row?.keyId === 'old' && row.revokedMs === near;
    });
    expect(await admitted(second)).toBe('OK');
  });

  it('of a pair are known by their public half only', async () => {
    await create('paired');
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const add = (jwk: object) =>
      operate(Apps, 'addKey', {
        ...request('paired'),
        keyId: 'ed',
        algorithm: KeyAlgorithm.EDDSA,
        publicJwk: JSON.stringify(jwk),
      });
    const whole = add(privateKey.export({ format: 'jwk' }));
    expect(await failureOf(whole)).toEqual({ code: 'INVALID_ARGUMENT', field: 'public_jwk' });
    expect((await add(publicKey.export({ format: 'jwk' }))).secret.length).toBe(0);
    const nowS = Math.floor(Date.now() / 1_000);
    const claims = { app: 'paired', sub: 'ann', aud: 'queqiao', iat: nowS, exp: nowS + 60 };
    const signed = new SignJWT(claims).setProtectedHeader({ alg: 'EdDSA', kid: 'ed' });
    expect(await admitted(await signed.sign(privateKey))).toBe('OK');
  });

  it('are at most so many that are not retired', async () => {
    await create('many-keys');
    const add = () => operate(Apps, 'addKey', { ...request('many-keys'), algorithm });
    for (let n = 0; n < 20; n += 1) await add();
    expect(await failureOf(add())).toEqual({ code: 'LIMIT_EXCEEDED', field: 'KEYS_MAX_LIVE' });
    const { keys } = await operate(Apps, 'listKeys', { appId: 'many-keys' });
    const keyId = keys[0]?.keyId ?? '';
    await operate(Apps, 'retireKey', { ...request('many-keys'), keyId });
    expect((await add()).secret.length).toBe(32);
  });
});

describe.concurrent('credentials', () => {
  it('are shown once, are for their scopes, and end on every node', async () => {
    await create('trusted');
    const wanted = { ...request('trusted'), scopes: [Scope.READ] };
    const { credential, bearer } = await operate(Apps, 'createCredential', wanted);
    const repeated = await rig.operatorCalls(1)(Apps, 'createCredential', wanted);
    expect([repeated.credential, repeated.bearer]).toEqual([credential, '']);
    expect(await heard(bearer)).toBe('OK');
    const call = rig.backEndCalls({ credential: bearer });
    const write = call(UserServiceDefinition, 'upsertUsers', { users: [] });
    expect(await failureOf(write)).toMatchObject({ code: 'PERMISSION_DENIED' });
    const credentialId = credential?.credentialId ?? '';
    const revoke = { ...request('trusted'), credentialId };
    const revoked = await operate(Apps, 'revokeCredential', revoke);
    await eventually('the other node refuses', async () => {
      return (await heard(bearer)) === 'UNAUTHENTICATED';
    });
    const { credentials } = await operate(Apps, 'listCredentials', { appId: 'trusted' });
    expect(credentials).toEqual([revoked.credential]);
    expect(credentials[0]?.scopes).toEqual([Scope.READ]);
  });
});

describe.concurrent('deleting an app', () => {
  it('takes two steps, ends everything, and leaves nothing but its id', async () => {
    const app = await rig.createApp('ending');
    const backEnd = rig.backEnd(`Bearer ${app.credential}`);
    await backEnd.upsert('ann', 'bob');
    const ann = await rig.signedIn(app, 'ann');
    await ann.send('d:ann:bob', 'm1', 'hello');
    await ann.createGroup({ groupId: 'team', memberIds: ['bob'] });
    const kept = await rig.createApp('staying');
    await rig.backEnd(`Bearer ${kept.credential}`).upsert('ann');
    const before = await rowsOf('staying');

    const early = operate(Apps, 'deleteApp', request('ending'));
    expect(await failureOf(early)).toEqual({ code: 'CONFLICT', field: 'app_id' });
    await operate(Apps, 'suspendApp', request('ending'));
    const last = request('ending');
    await operate(Apps, 'deleteApp', last);
    expect(await rig.operatorCalls(1)(Apps, 'deleteApp', last)).toEqual({});
    const left = Object.keys(await rowsOf('ending'));
    expect(left.filter((table) => table.startsWith('app_'))).toEqual([]);

    await eventually('its credential and tokens are refused', async () => {
      const [a, b] = [await heard(app.credential), await admitted(await app.token('ann'))];
      return a === 'UNAUTHENTICATED' && b === 'UNAUTHENTICATED';
    });
    for (const method of ['suspendApp', 'resumeApp', 'deleteApp', 'listKeys', 'getApp'] as const) {
      const call = operate(Apps, method, request('ending'));
      expect(await failureOf(call), method).toEqual({ code: 'NOT_FOUND', field: 'app_id' });
    }
    const again = operate(Apps, 'createApp', { ...request('ending'), name: 'x' });
    expect(await failureOf(again)).toEqual({ code: 'ALREADY_EXISTS', field: 'app_id' });
    const { apps } = await operate(Apps, 'listApps', { limit: 500 });
    expect(apps.map(({ appId }) => appId)).not.toContain('ending');

    await purge();
    expect(Object.keys(await rowsOf('ending'))).not.toEqual([]);
    await queryRows(rig.database.url, "UPDATE apps SET deleted_ms = 1 WHERE app_id = 'ending'");
    await purge();
    expect(await rowsOf('ending')).toEqual({});
    expect(await rowsOf('staying')).toEqual(before);
    const [row] = await queryRows(
      rig.database.url,
      "SELECT status, purged_ms > 0 AS purged FROM apps WHERE app_id = 'ending'",
    );
    expect(row).toEqual({ status: 'deleted', purged: 1 });
    expect(await purge()).toBe(0);
  });
});

/** All steps that there are, of two nodes at the same time; how many. */
async function purge(): Promise<number> {
  let steps = 0;
  await rig.withStores(async ({ purge: rows }) => {
    const options = { stepRows: 1, maxSteps: 1_000 };
    const nodes = [1, 2].map(() => new AppPurge({ rows, clock: systemClock }, options).prune());
    for (const done of await Promise.all(nodes)) steps += done;
  });
  return steps;
}

/** How many rows tables have of an app; what the app itself and its requests leave does not count. */
async function rowsOf(appId: string): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const table of TENANT_TABLES) {
    if (table === 'apps' || table === 'requests') continue;
    const sql = `SELECT COUNT(*) AS n FROM ${table} WHERE app_id = '${appId}'`;
    const n = Number((await queryRows(rig.database.url, sql))[0]?.['n']);
    if (n > 0) counts[table] = n;
  }
  return counts;
}
