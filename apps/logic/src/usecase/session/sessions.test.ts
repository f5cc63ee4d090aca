import { DomainError, type AppId, type DeviceId, type UserId } from '@queqiao/domain';
import { describe, expect, it } from 'vitest';
import type { AppState } from '../app/ports.js';
import { KickSession } from './kick-session.js';
import { OpenSession, type OpenSessionInput } from './open-session.js';
import type { ConnectNodes } from './ports.js';
import { appRules } from '../../../test/fakes/app-rules.js';
import { RefreshSession } from './refresh-session.js';
import { TOKEN_AHEAD_MAX_MS } from './standing.js';

const appId = 'demo' as AppId;
const userId = 'alice' as UserId;
const devicePolicy = { mode: 'max-per-user', max: 2 } as const;
const settings = appRules({ devicePolicy, allowedOrigins: ['https://a.example'] });
const device = {
  deviceId: 'phone',
  platform: 'ios',
  brand: '',
  model: '',
  osVersion: '',
  appVersion: '',
};

function rig(
  status: AppState['status'] = 'active',
  {
    revokedMs = 0,
    tokenRevoked = false,
    banned = false,
    erased = false,
    boundTo = null as DeviceId | null,
    nowMs = 60,
    issuedMs = 50,
  } = {},
) {
  const done: string[] = [];
  const deps = {
    tokens: {
      verify: (token: string) =>
        token === 'good'
          ? Promise.resolve({
              appId,
              userId,
              expiresMs: 99,
              issuedMs,
              keyId: 'k1',
              tokenId: 't1',
              deviceId: boundTo,
            })
          : Promise.reject(new DomainError('UNAUTHENTICATED', 'the token is not valid')),
    },
    apps: { app: () => Promise.resolve({ status, settings, suspendedMs: 7 }) },
    epoch: { logEpoch: () => Promise.resolve(3) },
    clock: { now: () => 55 },
    standings: {
      standing: () =>
        Promise.resolve({
          signedOutMs: revokedMs,
          tokenRevoked,
          banned,
          erased,
          bannedMs: 5,
          nowMs,
        }),
    },
    users: { ensure: (_app: AppId, user: UserId) => Promise.resolve(done.push(`ensure ${user}`)) },
    devices: {
      recordSignIn: (
        _app: AppId,
        _user: UserId,
        facts: { deviceId: string },
        generation: number,
      ) => {
        done.push(`device ${facts.deviceId} ${generation}`);
        return Promise.resolve();
      },
    },
  };
  const open = (input: Partial<OpenSessionInput> = {}) =>
    new OpenSession(deps).run({ token: 'good', device, generation: 4, origin: '', ...input });
  const refresh = (input: { token?: string; appId?: string; userId?: string } = {}) =>
    new RefreshSession(deps).run({ token: 'good', appId, userId, deviceId: 'phone', ...input });
  return { done, open, refresh };
}

describe('opening a session', () => {
  it('makes the user, records the device and answers what connect needs', async () => {
    const { done, open } = rig();
    expect(await open()).toEqual({
      appId,
      userId,
      tokenExpiresMs: 99,
      tokenIssuedMs: 50,
      keyId: 'k1',
      tokenId: 't1',
      userBannedMs: 5,
      appSuspendedMs: 7,
      serverMs: 55,
      logEpoch: 3,
      devicePolicy,
    });
    expect(done.sort()).toEqual(['device phone 4', 'ensure alice']);
  });

  it('lets listed origins in, and everything that is no browser', async () => {
    const { open } = rig();
    await open({ origin: 'https://a.example' });
    for (const origin of ['https://b.example', 'null', 'https://a.example.evil']) {
      await expect(open({ origin })).rejects.toMatchObject({
        code: 'PERMISSION_DENIED',
        field: 'origin',
      });
    }
  });

  it('leaves nothing behind when it is refused', async () => {
    const { done, open } = rig();
    await expect(open({ token: 'bad' })).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await expect(open({ origin: 'x' })).rejects.toBeInstanceOf(DomainError);
    await expect(open({ generation: -1 })).rejects.toMatchObject({ field: 'generation' });
    const long = { ...device, model: 'é'.repeat(33) };
    await expect(open({ device: long })).rejects.toMatchObject({ field: 'device.model' });
    const unnamed = { ...device, deviceId: '' };
    await expect(open({ device: unnamed })).rejects.toMatchObject({ field: 'device.id' });
    const suspended = rig('suspended');
    await expect(suspended.open()).rejects.toMatchObject({ code: 'APP_SUSPENDED' });
    expect([...done, ...suspended.done]).toEqual([]);
  });
});

describe('refreshing a session', () => {
  it('takes a token for the same app and user only', async () => {
    const { refresh } = rig();
    const token = { tokenExpiresMs: 99, tokenIssuedMs: 50, serverMs: 55 };
    const judged = { keyId: 'k1', tokenId: 't1', userBannedMs: 5, appSuspendedMs: 7 };
    expect(await refresh()).toEqual({ ...token, ...judged, logEpoch: 3 });
    for (const other of [{ appId: 'other' }, { userId: 'bob' }, { token: 'bad' }]) {
      await expect(refresh(other)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    }
    await expect(rig('suspended').refresh()).rejects.toMatchObject({ code: 'APP_SUSPENDED' });
  });
});

describe('a token from before its device was signed out', () => {
  it('opens and refreshes nothing; one that was issued later does', async () => {
    for (const revokedMs of [50, 51]) {
      const { done, open, refresh } = rig('active', { revokedMs });
      await expect(open()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
      await expect(refresh()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
      expect(done).toEqual([]);
    }
    const { open, refresh } = rig('active', { revokedMs: 49 });
    expect((await open()).tokenIssuedMs).toBe(50);
    expect((await refresh()).tokenIssuedMs).toBe(50);
  });
});

describe('a token', () => {
  it('that was revoked opens and refreshes nothing', async () => {
    const { done, open, refresh } = rig('active', { tokenRevoked: true });
    await expect(open()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await expect(refresh()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(done).toEqual([]);
  });

  it('of a banned user opens and refreshes nothing', async () => {
    const { done, open, refresh } = rig('active', { banned: true });
    const refused = { code: 'PERMISSION_DENIED', field: 'ban' };
    await expect(open()).rejects.toMatchObject(refused);
    await expect(refresh()).rejects.toMatchObject(refused);
    expect(done).toEqual([]);
  });

  it('of a user who was erased opens and refreshes nothing, and makes nobody', async () => {
    const { done, open, refresh } = rig('active', { erased: true });
    await expect(open()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await expect(refresh()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(done).toEqual([]);
  });

  it('for one device is nothing on another', async () => {
    const other = rig('active', { boundTo: 'tablet' as DeviceId });
    await expect(other.open()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await expect(other.refresh()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(other.done).toEqual([]);
    const own = rig('active', { boundTo: 'phone' as DeviceId });
    await own.open();
    await own.refresh();
  });
});

describe('kicking a session', () => {
  const node = { nodeId: 'c1', bootId: 'b1' };
  const kick = { session: 1, closeCode: 4203, reason: 'replaced' };
  const nodes = (facts: {
    outcome: Awaited<ReturnType<ConnectNodes['kick']>>;
    attached?: boolean;
    leased?: boolean;
  }): ConnectNodes => ({
    kick: () => Promise.resolve(facts.outcome),
    isAttached: () => facts.attached ?? false,
    isLeased: () => Promise.resolve(facts.leased ?? false),
  });
  const run = (facts: Parameters<typeof nodes>[0]) =>
    new KickSession({ nodes: nodes(facts) }).run(node, kick);

  it('is done when the node has acknowledged it', async () => {
    expect(await run({ outcome: 'acked', attached: true })).toEqual({ gone: false });
  });

  it('is needless when the node is neither attached nor leased', async () => {
    expect(await run({ outcome: 'unreachable' })).toEqual({ gone: true });
  });

  it('is to be repeated in every case of doubt', async () => {
    const doubts = [
      { outcome: 'lost' },
      { outcome: 'lost', attached: true },
      { outcome: 'unreachable', attached: true },
      { outcome: 'unreachable', leased: true },
    ] as const;
    for (const facts of doubts)
      await expect(run(facts)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('names a session, a node and a code of ours', async () => {
    const usecase = new KickSession({ nodes: nodes({ outcome: 'acked' }) });
    const bad = [
      [{ ...node, bootId: '' }, kick],
      [node, { ...kick, session: 0 }],
      [node, { ...kick, closeCode: 1000 }],
    ] as const;
    for (const [target, order] of bad) {
      await expect(usecase.run(target, order)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    }
  });
});

describe('a token from ahead of the database’s clock', () => {
  it('is refused when it is farther ahead than clocks may be', async () => {
    const issuedMs = 60 + TOKEN_AHEAD_MAX_MS;
    await rig('active', { issuedMs }).open();
    await rig('active', { issuedMs }).refresh();
    const { open, refresh, done } = rig('active', { issuedMs: issuedMs + 1 });
    await expect(open()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await expect(refresh()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(done).toEqual([]);
  });

  it('leaves a session that is no later than its sign-in', async () => {
    const { open, refresh } = rig('active', { issuedMs: 1_000 });
    expect((await open()).tokenIssuedMs).toBe(60);
    expect((await refresh()).tokenIssuedMs).toBe(60);
  });
});
