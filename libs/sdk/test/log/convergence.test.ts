import fc from 'fast-check';
import type { Entry, Item } from '@queqiao/protocol/client';
import { describe, expect, it } from 'vitest';
import type { Fault, FakeSession } from '../fakes/fake-server.js';
import { Scene, upTo, type Device } from '../rig/scene.js';

const ROOMS = ['g:a', 'g:b', 'd:alice:bob'];

type Fate = 'deliver' | 'drop' | 'twice' | 'later';
type Step =
  | { readonly do: 'say'; readonly room: number; readonly fate: Fate }
  | { readonly do: 'send'; readonly room: number }
  | { readonly do: 'release'; readonly order: number }
  | { readonly do: 'fault'; readonly fault: Fault; readonly calls: number }
  | { readonly do: 'break' | 'cut' | 'resync' | 'mark' }
  | { readonly do: 'wait'; readonly ms: number };

const faults: Fault[] = [
  { error: 'UNAVAILABLE' },
  { error: 'RATE_LIMITED', retryAfterMs: 2_000 },
  'swallow',
  'lose-reply',
];
const room = fc.nat({ max: ROOMS.length - 1 });
const is = <Name extends Step['do']>(name: Name) => fc.constant(name);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: is('say'),
      room,
      fate: fc.constantFrom<Fate>('deliver', 'deliver', 'drop', 'twice', 'later'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: is('send'), room }) },
  { weight: 3, arbitrary: fc.record({ do: is('release'), order: fc.nat() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: is('fault'),
      fault: fc.constantFrom(...faults),
      calls: fc.integer({ min: 1, max: 4 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('break' as const, 'cut', 'resync', 'mark') }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: is('wait'), ms: fc.constantFrom(0, 0, 1, 300, 12_000, 40_000) }),
  },
);

/** One device of alice, a server that bob talks on, and everything between them that can go wrong. */
class Trouble {
  readonly scene = new Scene();
  readonly device: Device;
  /** By conversation, in the order of writing. */
  readonly written = new Map(ROOMS.map((id): [string, string[]] => [id, []]));
  #fate: Fate = 'deliver';
  #said = 0;
  readonly #later: { push: Item; session: FakeSession }[] = [];

  constructor(fullHistory: boolean) {
    const { server } = this.scene;
    for (const id of ROOMS) server.log.createConversation(id, { alice: 0, bob: 0 });
    server.log.maxPull = 3;
    server.log.maxSync = 2;
    server.onPush = (push, session) => this.#onPush(push, session);
    this.device = this.scene.device('alice', { fullHistory, limits: { maxHeldEntries: 4 } });
    this.device.client.start();
  }

  async run(next: Step): Promise<void> {
    const { server, clock } = this.scene;
    if (next.do === 'say') {
      this.#fate = next.fate;
      server.say(ROOMS[next.room] ?? '', 'bob', `bob ${(this.#said += 1)}`);
      this.#fate = 'deliver';
    } else if (next.do === 'send') this.#write(ROOMS[next.room] ?? '');
    else if (next.do === 'release') this.#release(next.order);
    else if (next.do === 'fault') this.#fault(next.fault, next.calls);
    else if (next.do === 'mark') void this.device.client.markRead(ROOMS[0] ?? '');
    else if (next.do === 'wait') await clock.advance(next.ms);
    else if (server.sessions.size > 0) {
      if (next.do === 'break') server.drop('alice');
      else if (next.do === 'resync') server.resync('alice');
      else server.session('alice').socket.cut = true;
    }
  }

  /** No more trouble; as the server promises, what may have been missed without a hole is followed by a resync. */
  async heal(): Promise<void> {
    this.scene.server.fault = () => undefined;
    await this.scene.clock.advance(120_000);
    this.scene.server.resync('alice');
    await this.scene.clock.advance(60_000);
  }

  #write(id: string): void {
    const written = this.written.get(id) ?? [];
    const text = `alice ${written.length + 1}`;
    written.push(text);
    void this.device.client.sendText(id, text);
  }

  #fault(fault: Fault, calls: number): void {
    let left = calls;
    this.scene.server.fault = () => ((left -= 1) >= 0 ? fault : undefined);
  }

  #onPush(push: Item, session: FakeSession): Item[] {
    if (this.#fate === 'later') this.#later.push({ push, session });
    return this.#fate === 'deliver' ? [push] : this.#fate === 'twice' ? [push, push] : [];
  }

  /** Delayed pushes arrive in any order; those of a session that is gone do not arrive. */
  #release(order: number): void {
    const held = this.#later.splice(0);
    for (let seed = order; held.length > 0; seed = Math.floor(seed / 2) + 7) {
      const [one] = held.splice(seed % held.length, 1);
      if (one !== undefined) one.session.socket.deliver([one.push]);
    }
  }
}

function textsOf(entries: readonly Entry[], sender: string): string[] {
  const own = entries.filter((entry) => entry.sender?.id === sender);
  return own.map(({ content }) => (content?.body?.$case === 'text' ? content.body.value.text : ''));
}

describe('whatever happens in between', () => {
  it.each([true, false])(
    'the device ends with the log (full history: %s)',
    async (full) => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 40, size: 'max' }), async (steps) => {
          const trouble = new Trouble(full);
          const { device, scene } = trouble;
          for (const one of steps) {
            await trouble.run(one);
            for (const id of ROOMS) expectContiguous(device.seqs(id));
          }
          await trouble.heal();
          expect(device.client.state.name).toBe('online');
          expect(device.client.outbox()).toEqual([]);
          for (const id of ROOMS) {
            const log = scene.server.log.entries(id);
            expect(textsOf(log, 'alice')).toEqual(trouble.written.get(id));
            const surfaced = device.entries.filter(({ entry }) => entry.conversationId === id);
            const tail = full ? log : log.slice(log.length - surfaced.length);
            expect(surfaced.map(({ entry }) => entry)).toEqual(tail);
            expect(device.client.conversation(id)).toMatchObject({
              lastSeq: log.length,
              readSeq: scene.server.log.member(id, 'alice').readSeq,
              unread: log.length - scene.server.log.member(id, 'alice').readOrdinal,
            });
          }
          device.client.stop();
          expect(scene.clock.pending).toBe(0);
        }),
        { numRuns: 150 },
      );
    },
    60_000,
  );
});

function expectContiguous(seqs: readonly number[]): void {
  const first = seqs[0] ?? 1;
  expect(seqs).toEqual(upTo(seqs.length).map((n) => n + first - 1));
}
