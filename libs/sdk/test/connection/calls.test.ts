import { describe, expect, it } from 'vitest';
import { GroupServiceDefinition, QueqiaoError, UserServiceDefinition } from '../../src/index.js';
import { Scene, upTo } from '../rig/scene.js';

describe('calls', () => {
  it('are typed and answered', async () => {
    const scene = new Scene();
    const { client } = await scene.online('alice');
    const call = client.call(UserServiceDefinition, 'getUsers', { userIds: ['bob'] });
    await scene.settle();
    expect((await call).users.map(({ nickname }) => nickname)).toEqual(['Nick bob']);
  });

  it('are never more than 64 in flight; the rest follows in order', async () => {
    const scene = new Scene();
    const { client } = await scene.online('alice');
    scene.server.fault = () => 'swallow';
    scene.server.calls.length = 0;
    const ids = upTo(150).map((n) => `u${n}`);
    const calls = ids.map((id) =>
      client.call(UserServiceDefinition, 'getUsers', { userIds: [id] }),
    );
    await scene.settle();
    expect(scene.server.calls).toHaveLength(64);
    expect(new Set(scene.server.calls.map(({ id }) => id)).size).toBe(64);
    expect(client.stats()).toMatchObject({ callsInFlight: 64, callsQueued: 86 });
    scene.server.fault = () => undefined;
    const answer = { $case: 'body' as const, value: new Uint8Array() };
    for (const { id } of scene.server.calls.slice(0, 64)) {
      const item = { $case: 'reply' as const, value: { id, result: answer } };
      scene.server.session('alice').socket.deliver([{ item }]);
    }
    await scene.settle();
    const answers = await Promise.all(calls);
    expect(answers.slice(64).map(({ users }) => users[0]?.userId)).toEqual(ids.slice(64));
  });

  it('keep their place in flight when they time out here: the server still counts them', async () => {
    const scene = new Scene();
    const { client } = await scene.online('alice', { limits: { maxCallsInFlight: 1 } });
    scene.server.fault = () => 'swallow';
    const first = client.call(UserServiceDefinition, 'getUsers', { userIds: [] });
    const second = client.call(UserServiceDefinition, 'getUsers', { userIds: [] });
    const outcome = Promise.allSettled([first, second]);
    await scene.clock.advance(10_000);
    expect(
      (await outcome).map((one) => (one.status === 'rejected' ? one.reason : one)),
    ).toMatchObject([
      { code: 'DEADLINE_EXCEEDED', effect: 'unknown', retryable: true },
      { code: 'DEADLINE_EXCEEDED', effect: 'none' },
    ]);
    expect(client.stats().callsInFlight).toBe(1);
  });

  it('reject with the code, field and hint of the error table', async () => {
    const scene = new Scene();
    const { client } = await scene.online('alice');
    scene.server.fault = () => ({ error: 'RATE_LIMITED', retryAfterMs: 1_500 });
    const call = client.call(UserServiceDefinition, 'getUsers', { userIds: [] });
    const caught = call.catch((error: unknown) => error);
    await scene.settle();
    const error = await caught;
    expect(error).toBeInstanceOf(QueqiaoError);
    expect(error).toMatchObject({
      code: 'RATE_LIMITED',
      retryable: true,
      effect: 'unknown',
      retryAfterMs: 1_500,
      requestId: 'r1',
    });
  });

  it('of unknown effect when the connection goes, and wait for the next one if not sent yet', async () => {
    const scene = new Scene();
    const { client } = await scene.online('alice', { limits: { maxCallsInFlight: 1 } });
    scene.server.fault = () => 'swallow';
    const sent = client.call(UserServiceDefinition, 'getUsers', { userIds: ['bob'] });
    const waiting = client.call(UserServiceDefinition, 'getUsers', { userIds: ['bob'] });
    const refused = sent.catch((error: unknown) => error);
    await scene.settle();
    scene.server.drop('alice');
    await scene.settle();
    expect(await refused).toMatchObject({ code: 'UNAVAILABLE', effect: 'unknown' });
    scene.server.fault = () => undefined;
    await scene.clock.advance(250);
    expect((await waiting).users).toHaveLength(1);
  });

  it('have a bounded queue and a bounded size', async () => {
    const scene = new Scene();
    const { client } = await scene.online('alice', {
      limits: { maxQueuedCalls: 2, maxCallsInFlight: 1, maxCallBytes: 100 },
    });
    scene.server.fault = () => 'swallow';
    const ask = (userIds: string[]) => client.call(UserServiceDefinition, 'getUsers', { userIds });
    const open = upTo(3).map(() => ask([]));
    void Promise.allSettled(open);
    await expect(ask([])).rejects.toMatchObject({
      code: 'TOO_MANY_CALLS',
      field: 'maxQueuedCalls',
      effect: 'none',
    });
    await expect(ask(['x'.repeat(101)])).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
      field: 'maxCallBytes',
    });
    expect(client.state.name).toBe('online');
  });
});

describe('groups and users', () => {
  it('creates a group once, also when the first reply is lost', async () => {
    const scene = new Scene();
    const { client } = await scene.online('alice');
    let created = 0;
    scene.server.fault = (method) =>
      method === 'CreateGroup' && (created += 1) === 1 ? 'lose-reply' : undefined;
    const group = client.groups.create({ name: 'Lunch', memberIds: ['bob', 'carol'] });
    await scene.clock.advance(11_000);
    const { conversationId: id } = await group;
    expect(scene.server.log.ids).toEqual([id]);
    expect(client.conversation(id)).toMatchObject({ kind: 'group', name: 'Lunch', lastSeq: 1 });
  });

  it('tells why a group was refused', async () => {
    const scene = new Scene();
    const { client } = await scene.online('alice');
    scene.server.fault = () => ({ error: 'NOT_FOUND' });
    const wish = { name: 'Lunch', memberIds: ['nobody'] };
    const group = client.groups.create(wish).catch((error: unknown) => error);
    await scene.settle();
    expect(await group).toMatchObject({ code: 'NOT_FOUND' });
    expect(scene.server.calls.filter(({ method }) => method === 'CreateGroup')).toHaveLength(1);
    expect(GroupServiceDefinition.fullName).toBe('queqiao.client.v1.GroupService');
  });

  it('asks for a profile once, and again when it is stale or failed', async () => {
    const scene = new Scene();
    const { client } = await scene.online('alice');
    const asked = (): number =>
      scene.server.calls.filter(({ method }) => method === 'GetUsers').length;
    scene.server.fault = () => ({ error: 'INTERNAL' });
    const failing = client.getUsers(['bob']).catch((error: unknown) => error);
    await scene.settle();
    expect(await failing).toMatchObject({ code: 'INTERNAL' });
    scene.server.fault = () => undefined;
    const twice = Promise.all([client.getUsers(['bob', 'nobody']), client.getUsers(['bob'])]);
    await scene.settle();
    const [both, one] = await twice;
    expect([...both.keys()]).toEqual(['bob']);
    expect(one.get('bob')?.nickname).toBe('Nick bob');
    expect(asked()).toBe(2);
    await scene.clock.advance(600_000);
    const later = client.getUsers(['bob']);
    await scene.settle();
    expect((await later).size).toBe(1);
    expect(asked()).toBe(3);
  });

  it('splits large requests and keeps the cache bounded', async () => {
    const scene = new Scene();
    const { client } = await scene.online('alice', { limits: { maxCachedUsers: 50 } });
    const users = client.getUsers(upTo(250).map((n) => `u${n}`));
    await scene.settle();
    expect((await users).size).toBe(250);
    expect(scene.server.calls.filter(({ method }) => method === 'GetUsers')).toHaveLength(3);
    expect(client.stats().cachedUsers).toBe(50);
  });
});
