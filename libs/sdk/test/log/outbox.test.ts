import { describe, expect, it } from 'vitest';
import { MemoryReplicaStore } from '../../src/index.js';
import { Scene, upTo } from '../rig/scene.js';

const CHAT = 'd:alice:bob';

function texts(scene: Scene, id = CHAT): string[] {
  return scene.server.log.entries(id).map(({ content }) => {
    const body = content?.body;
    return body?.$case === 'text' ? body.value.text : '';
  });
}

describe('sending', () => {
  it('shows the message at once, resolves with its seq and surfaces its entry', async () => {
    const scene = new Scene();
    const alice = await scene.online('alice');
    const sent = alice.client.sendText(CHAT, 'hello');
    expect(alice.client.outbox(CHAT)).toMatchObject([{ state: 'pending', seq: undefined }]);
    await scene.settle();
    await expect(sent).resolves.toMatchObject({ conversationId: CHAT, seq: 1 });
    expect(alice.outbox.map(({ state }) => state)).toEqual(['pending', 'sent']);
    expect(alice.client.outbox()).toEqual([]);
    expect(alice.client.entries(CHAT)).toEqual(scene.server.log.entries(CHAT));
    expect(alice.entries.map(({ source }) => source)).toEqual(['reply']);
  });

  it('keeps the order within a conversation, one at a time', async () => {
    const scene = new Scene();
    const alice = await scene.online('alice');
    let failures = 5;
    scene.server.fault = (method) =>
      method === 'Send' && (failures -= 1) % 2 === 0 && failures > 0
        ? { error: 'UNAVAILABLE' }
        : undefined;
    for (const n of upTo(10)) void alice.client.sendText(CHAT, `m${n}`);
    await scene.clock.advance(60_000);
    expect(texts(scene)).toEqual(upTo(10).map((n) => `m${n}`));
    expect(alice.seqs(CHAT)).toEqual(upTo(10));
  });

  it('does not let one conversation wait for another', async () => {
    const scene = new Scene();
    const alice = await scene.online('alice');
    scene.server.fault = (_method, { affinity }) => (affinity === CHAT ? 'swallow' : undefined);
    void alice.client.sendText(CHAT, 'stuck');
    const other = alice.client.sendText('d:alice:carol', 'free');
    await scene.settle();
    await expect(other).resolves.toMatchObject({ seq: 1 });
  });

  it('resends under the same id after the connection was lost with the reply', async () => {
    const scene = new Scene();
    const alice = await scene.online('alice');
    scene.server.fault = (method) => (method === 'Send' ? 'lose-reply' : undefined);
    const sent = alice.client.sendText(CHAT, 'once');
    await scene.settle();
    scene.server.drop('alice');
    await scene.settle();
    expect(alice.client.outbox()).toMatchObject([{ state: 'pending' }]);
    scene.server.fault = (method) => (method === 'SyncConversations' ? 'swallow' : undefined);
    await scene.clock.advance(250);
    await expect(sent).resolves.toMatchObject({ seq: 1 });
    expect(texts(scene)).toEqual(['once']);
    const ids = scene.server.sends.map(({ clientMsgId }) => clientMsgId);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
  });

  it('is settled by the log when the entry comes back before any reply', async () => {
    const scene = new Scene();
    scene.server.log.createConversation(CHAT, { alice: 0, bob: 0 });
    const alice = await scene.online('alice');
    scene.server.fault = (method) => (method === 'Send' ? 'lose-reply' : undefined);
    const sent = alice.client.sendText(CHAT, 'once');
    await scene.settle();
    scene.server.resync('alice');
    await scene.settle();
    await expect(sent).resolves.toMatchObject({ seq: 1 });
    expect(alice.client.outbox()).toEqual([]);
    expect(alice.seqs(CHAT)).toEqual([1]);
  });

  it.each(['UNAVAILABLE', 'DEADLINE_EXCEEDED', 'INTERNAL', 'RATE_LIMITED'] as const)(
    'repeats after %s',
    async (error) => {
      const scene = new Scene();
      const alice = await scene.online('alice');
      let failures = 3;
      scene.server.fault = (method) =>
        method === 'Send' && (failures -= 1) >= 0 ? { error } : undefined;
      const sent = alice.client.sendText(CHAT, 'patient');
      await scene.clock.advance(30_000);
      await expect(sent).resolves.toMatchObject({ seq: 1 });
      expect(alice.outbox.map(({ state }) => state)).toEqual(['pending', 'sent']);
    },
  );

  it('waits as long as the server asks', async () => {
    const scene = new Scene();
    const alice = await scene.online('alice');
    let failures = 1;
    scene.server.fault = (method) =>
      method === 'Send' && (failures -= 1) >= 0
        ? { error: 'RATE_LIMITED', retryAfterMs: 5_000 }
        : undefined;
    void alice.client.sendText(CHAT, 'patient');
    await scene.clock.advance(4_999);
    expect(alice.client.outbox()).toHaveLength(1);
    await scene.clock.advance(1);
    expect(alice.client.outbox()).toHaveLength(0);
  });

  it('repeats a call that is not answered at all', async () => {
    const scene = new Scene();
    const alice = await scene.online('alice');
    let swallowed = 0;
    scene.server.fault = (method) =>
      method === 'Send' && (swallowed += 1) === 1 ? 'swallow' : undefined;
    const sent = alice.client.sendText(CHAT, 'anyone?');
    await scene.clock.advance(11_000);
    await expect(sent).resolves.toMatchObject({ seq: 1 });
  });

  it('fails on a definitive refusal and lets the next one pass', async () => {
    const scene = new Scene();
    const alice = await scene.online('alice');
    let failures = 1;
    scene.server.fault = (method) =>
      method === 'Send' && (failures -= 1) >= 0 ? { error: 'BLOCKED' } : undefined;
    const refused = alice.client.sendText(CHAT, 'refused');
    const accepted = alice.client.sendText(CHAT, 'accepted');
    await scene.settle();
    await expect(refused).rejects.toMatchObject({ code: 'BLOCKED', effect: 'none' });
    await expect(accepted).resolves.toMatchObject({ seq: 1 });
    const [failed] = alice.client.outbox();
    expect(failed).toMatchObject({ state: 'failed', error: { code: 'BLOCKED' } });
    const again = alice.client.retrySend(CHAT, failed?.clientMsgId ?? '');
    await scene.settle();
    await expect(again).resolves.toMatchObject({ seq: 2, clientMsgId: failed?.clientMsgId });
    expect(texts(scene)).toEqual(['accepted', 'refused']);
  });

  it('forgets a failed message on request, and only a failed one', async () => {
    const scene = new Scene();
    const alice = await scene.online('alice');
    scene.server.fault = (method) => (method === 'Send' ? { error: 'MUTED' } : undefined);
    void alice.client.sendText(CHAT, 'refused');
    const { clientMsgId = '' } = alice.client.outbox()[0] ?? {};
    expect(alice.client.discardSend(CHAT, clientMsgId)).toBe(false);
    await scene.settle();
    expect(alice.client.discardSend(CHAT, clientMsgId)).toBe(true);
    expect(alice.client.outbox()).toEqual([]);
  });

  it('is bounded', async () => {
    const scene = new Scene();
    const alice = await scene.online('alice', { limits: { maxOutboxMessages: 3 } });
    scene.server.fault = () => 'swallow';
    for (const n of upTo(3)) void alice.client.sendText(CHAT, `m${n}`);
    await expect(alice.client.sendText(CHAT, 'too many')).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
      field: 'maxOutboxMessages',
      effect: 'none',
    });
  });

  it('works before the connection does', async () => {
    const scene = new Scene();
    scene.server.unreachable = true;
    const alice = await scene.online('alice');
    const sent = alice.client.sendText(CHAT, 'written in the tunnel');
    await scene.clock.advance(60_000);
    scene.server.unreachable = false;
    await scene.clock.advance(60_000);
    await expect(sent).resolves.toMatchObject({ seq: 1 });
  });

  it('closes the gap that its own reply reveals', async () => {
    const scene = new Scene();
    scene.server.log.createConversation(CHAT, { alice: 0, bob: 0 });
    const alice = await scene.online('alice');
    scene.server.onPush = () => [];
    scene.server.say(CHAT, 'bob', 'one');
    scene.server.say(CHAT, 'bob', 'two');
    const sent = alice.client.sendText(CHAT, 'three');
    await scene.settle();
    await expect(sent).resolves.toMatchObject({ seq: 3 });
    expect(alice.entries.map(({ entry, source }) => [entry.seq, source])).toEqual([
      [1, 'pull'],
      [2, 'pull'],
      [3, 'reply'],
    ]);
    expect(alice.client.outbox()).toEqual([]);
  });
});

describe('the end of a client', () => {
  it.each(['stop', 'sign-out'] as const)('by %s leaves messages for the next', async (how) => {
    const scene = new Scene();
    const alice = await scene.online('alice');
    scene.server.fault = (method) => (method === 'Send' ? 'swallow' : undefined);
    const sent = alice.client.sendText(CHAT, 'later');
    await scene.settle();
    if (how === 'stop') alice.client.stop();
    else scene.server.disconnect('alice', 4203);
    await expect(sent).rejects.toMatchObject({ code: 'UNAVAILABLE', effect: 'unknown' });
    await scene.settle();
    scene.server.fault = () => undefined;
    alice.client.start();
    await scene.settle();
    expect(texts(scene)).toEqual(['later']);
    expect(alice.client.outbox()).toEqual([]);
  });

  it('keeps unsent messages in the store, for the next process', async () => {
    const scene = new Scene();
    const store = new MemoryReplicaStore();
    const first = await scene.online('alice', { store });
    scene.server.fault = (method) => (method === 'Send' ? 'lose-reply' : undefined);
    void first.client.sendText(CHAT, 'one');
    void first.client.sendText(CHAT, 'two');
    await scene.settle();
    first.client.stop();
    scene.server.fault = () => undefined;
    const second = await scene.online('alice', { store });
    expect(texts(scene)).toEqual(['one', 'two']);
    expect(second.client.outbox()).toEqual([]);
    expect((await store.load())?.sends).toEqual([]);
  });
});
