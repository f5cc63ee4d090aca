import {
  ConversationServiceDefinition as Conversations,
  type Call,
} from '@queqiao/protocol/client';
import { describe, expect, it } from 'vitest';
import { Scene, upTo, type Device } from '../rig/scene.js';

const roomOf = (n: number): string => `g:room${n}`;

/** A device of alice's that is away while bob writes into many rooms, some lines into each. */
async function away(rooms: number, lines: number): Promise<{ scene: Scene; alice: Device }> {
  const scene = new Scene();
  for (const n of upTo(rooms)) {
    scene.server.log.createConversation(roomOf(n), { alice: 0, bob: 0 });
    scene.server.say(roomOf(n), 'bob', 'before');
  }
  const alice = await scene.online('alice');
  scene.server.drop('alice');
  await scene.settle();
  for (const line of upTo(lines)) {
    for (const n of upTo(rooms)) scene.server.say(roomOf(n), 'bob', `away ${line}`);
  }
  scene.server.calls.length = 0;
  return { scene, alice };
}

const count = (scene: Scene, name: string): number =>
  scene.server.calls.filter(({ method }) => method === name).length;

function expectAll({ alice, rooms, lines }: { alice: Device; rooms: number; lines: number }): void {
  for (const n of upTo(rooms)) {
    expect(alice.seqs(roomOf(n))).toEqual(upTo(lines).map((line) => line + 1));
  }
  expect(alice.client.state.name).toBe('online');
}

const ranges = (call: Call): string[] =>
  Conversations.methods.catchUp.requestType
    .decode(call.body)
    .ranges.map(({ conversationId }) => conversationId);

describe('catching up', () => {
  it('takes one call for many conversations', async () => {
    const { scene, alice } = await away(90, 3);
    await scene.clock.advance(1_000);
    expectAll({ alice, rooms: 90, lines: 3 });
    expect([count(scene, 'CatchUp'), count(scene, 'PullEntries')]).toEqual([1, 0]);
  });

  it('takes a pull for one, of as many entries as fit', async () => {
    const { scene, alice } = await away(1, 300);
    await scene.clock.advance(1_000);
    expectAll({ alice, rooms: 1, lines: 300 });
    expect([count(scene, 'CatchUp'), count(scene, 'PullEntries')]).toEqual([0, 1]);
  });

  it('goes on with what an answer had no room for', async () => {
    const { scene, alice } = await away(10, 7);
    Object.assign(scene.server.log, { maxCatchUp: 12, maxCatchUpEach: 5 });
    await scene.clock.advance(1_000);
    expectAll({ alice, rooms: 10, lines: 7 });
  });

  it('has few calls under way, each of no more conversations than are allowed', async () => {
    const { scene, alice } = await away(250, 1);
    let most = 0;
    scene.server.fault = (method, call) => {
      if (method === 'CatchUp') most = Math.max(most, ranges(call).length);
      return undefined;
    };
    await scene.clock.advance(1_000);
    expectAll({ alice, rooms: 250, lines: 1 });
    expect([count(scene, 'CatchUp'), most]).toEqual([3, 100]);
  });

  it('repeats what failed, and is not held up by one that always fails', async () => {
    const { scene, alice } = await away(16, 2);
    const bad = roomOf(5);
    scene.server.fault = (method, call) => {
      const named = method === 'CatchUp' ? ranges(call) : [call.affinity];
      const fails = ['CatchUp', 'PullEntries'].includes(method) && named.includes(bad);
      return fails ? { error: 'INTERNAL' } : undefined;
    };
    await scene.clock.advance(60_000);
    expect(upTo(16).filter((n) => alice.seqs(roomOf(n)).length < 2)).toEqual([5]);
    expect(alice.client.state.name).toBe('syncing');
    scene.server.fault = () => undefined;
    await scene.clock.advance(60_000);
    expectAll({ alice, rooms: 16, lines: 2 });
    expect(alice.client.stats().pullsInFlight).toBe(0);
  });

  it('works with a server that knows pulls only', async () => {
    const { scene, alice } = await away(20, 1);
    scene.server.fault = (method) =>
      method === 'CatchUp' ? { error: 'UNIMPLEMENTED' } : undefined;
    await scene.clock.advance(1_000);
    expectAll({ alice, rooms: 20, lines: 1 });
  });

  it('gives up a conversation that is not there any more, and no other', async () => {
    const { scene, alice } = await away(5, 1);
    const { log } = scene.server;
    const catchUp = log.catchUp.bind(log);
    log.catchUp = (user, request) => {
      const answer = catchUp(user, request);
      const [first] = answer.answers;
      if (first !== undefined) Object.assign(first, { entries: [], lastSeq: 0, notFound: true });
      return answer;
    };
    await scene.clock.advance(1_000);
    expect(upTo(5).filter((n) => alice.seqs(roomOf(n)).length === 0)).toHaveLength(1);
    expect(alice.client.state.name).toBe('online');
  });
});
