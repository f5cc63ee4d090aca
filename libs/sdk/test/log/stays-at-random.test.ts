import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MemoryReplicaStore, Platform, type ClientOptions } from '../../src/index.js';
import { CrashingDevice } from '../rig/crashing-device.js';
import { ROOM, room } from '../rig/scene.js';

const HAPPENINGS = [
  'say',
  'say',
  'say',
  'leave',
  'come back',
  'come back to the whole log',
  'lose pushes',
  'lose none',
  'break',
  'restart',
  'go offline or online',
  'load older',
  'wait',
] as const;
type Happening = (typeof HAPPENINGS)[number];

const RUNS = process.env['TEST_LONG'] === '1' ? 3_000 : 150;
const LIMIT_MS = 600_000;
/** Longer than every time-out, back-off and silence together. */
const RECOVERY_MS = 120_000;
const WAIT_MS = 2_000;

/** Devices of alice's, who leaves a group of bob's and comes back. */
class Stays {
  readonly scene = room({ bob: 0, alice: 1 }, 2);
  readonly devices = [this.#device('phone', {}), this.#device('tablet', { fullHistory: true })];
  #lossy = false;

  constructor() {
    Object.assign(this.scene.server.log, { maxPull: 4, maxCatchUp: 6, maxCatchUpEach: 3 });
    this.scene.server.onPush = (push) => (this.#lossy ? [] : [push]);
    for (const { client } of this.devices) client.start();
  }

  async happen(what: Happening, pick: number): Promise<void> {
    const { server, clock } = this.scene;
    const device = this.devices[pick % this.devices.length];
    if (what === 'say') server.say(ROOM, 'bob', 'something');
    else if (what === 'leave') this.#leave();
    else if (what === 'come back') this.#join(server.log.entries(ROOM).length);
    else if (what === 'come back to the whole log') this.#join(0);
    else if (what === 'lose pushes') this.#lossy = true;
    else if (what === 'lose none') this.#lossy = false;
    else if (what === 'break') [...server.sessions].forEach((each) => server.dropSession(each));
    else if (what === 'restart') device?.restart();
    else if (what === 'go offline or online') device?.leave();
    else if (what === 'load older') void device?.client.loadOlder(ROOM, 2).catch(() => undefined);
    else await clock.advance(WAIT_MS);
    // Now and then the next thing happens at once.
    if (pick % 3 > 0) await this.scene.settle();
  }

  async heal(): Promise<void> {
    const { server, clock } = this.scene;
    this.#lossy = false;
    for (const device of this.devices) if (!device.started) device.leave();
    await clock.advance(RECOVERY_MS);
    for (const session of server.sessions) server.dropSession(session);
    await clock.advance(RECOVERY_MS);
  }

  /** What there is to be seen. */
  get visible(): number[] {
    const { log } = this.scene.server;
    const seqs = log.entries(ROOM).map(({ seq }) => seq);
    return seqs.filter((seq) => log.members(ROOM).sees('alice', seq));
  }

  async loaded({ client }: CrashingDevice): Promise<number[]> {
    while (client.conversation(ROOM)?.hasOlder === true) {
      const loading = client.loadOlder(ROOM, 3);
      await this.scene.settle();
      await loading;
    }
    return seqsOf(client);
  }

  async newDevice(): Promise<CrashingDevice> {
    const device = this.#device('new', { fullHistory: true });
    device.client.start();
    await this.scene.clock.advance(RECOVERY_MS);
    return device;
  }

  #leave(): void {
    const { log } = this.scene.server;
    if (!log.membersOf(ROOM).includes('alice')) return;
    this.scene.server.say(ROOM, 'bob', 'good-bye');
    log.members(ROOM).leave('alice', log.entries(ROOM).length);
    this.#tell();
  }

  #join(seq: number): void {
    const { log } = this.scene.server;
    if (log.membersOf(ROOM).includes('alice')) return;
    const entries = log.entries(ROOM);
    const head = { readSeq: entries.length, readOrdinal: entries.at(-1)?.ordinal ?? 0 };
    log.members(ROOM).join('alice', seq, head);
    this.#tell();
    this.scene.server.say(ROOM, 'bob', 'welcome');
  }

  #tell(): void {
    const { server } = this.scene;
    const value = server.log.member(ROOM, 'alice');
    for (const session of server.sessions) server.pushTo(session, { $case: 'memberState', value });
  }

  #device(id: string, options: Partial<ClientOptions>): CrashingDevice {
    const device = { id, platform: Platform.LINUX };
    return new CrashingDevice('alice', id, [ROOM], new MemoryReplicaStore(), (store) => {
      return this.scene.device('alice', { ...options, store, device }).client;
    });
  }
}

const seqsOf = (client: CrashingDevice['client']) => client.entries(ROOM).map(({ seq }) => seq);

const happenings = fc.array(fc.tuple(fc.constantFrom(...HAPPENINGS), fc.nat({ max: 100 })), {
  maxLength: 40,
  size: 'max',
});

it(
  'who leaves and comes back, however often, has all that may be seen and nothing else',
  async () => {
    await fc.assert(
      fc.asyncProperty(happenings, async (all) => {
        const stays = new Stays();
        for (const [what, pick] of all) await stays.happen(what, pick);
        await stays.heal();
        const fresh = await stays.newDevice();
        expect(seqsOf(fresh.client)).toEqual(stays.visible);
        for (const device of stays.devices) {
          expect({ id: device.id, seqs: await stays.loaded(device) }).toEqual({
            id: device.id,
            seqs: stays.visible,
          });
        }
        for (const { client } of [...stays.devices, fresh]) client.stop();
      }),
      { numRuns: RUNS },
    );
  },
  LIMIT_MS,
);
