import type { ConversationSettings, Item } from '@queqiao/protocol/client';
import { MemoryReplicaStore, Platform, type ClientOptions } from '../../src/index.js';
import { ReferenceModel, saidIn, shownBy, type Shown } from '../../src/testing/index.js';
import type { FakeSession } from '../fakes/fake-server.js';
import { witness, type Disagreement } from './model-witness.js';
import { CrashingDevice } from '../rig/crashing-device.js';
import { act, patchOf, QUIET, SPEECH, type DeedInput } from './deeds.js';
import type { Step } from './steps.js';
import { Scene } from '../rig/scene.js';

const CHAT = 'd:alice:bob';
const ROOM = 'g:room';
const NOTES = 'd:alice:alice';
const CHATS = { alice: [CHAT, ROOM, NOTES], bob: [CHAT, ROOM] };
const SELF_CHECK_MS = 200_000;
/** Longer than every time-out, back-off and silence together. */
const RECOVERY_MS = 120_000;

/** Two devices of alice, one of bob, a server, the model that it is held to, and everything between them that can go wrong. */
export class World {
  readonly scene = new Scene();
  readonly devices: readonly CrashingDevice[];
  /** Answers of the server's that are not the model's. */
  readonly disagreements: readonly Disagreement[];
  readonly #model: ReferenceModel;
  /** Messages that were saved before anything could happen to the device: by id, whether they are quiet. */
  readonly #said = new Map<string, boolean>();
  /** The same of bob's settings: by conversation and name, what was set last. */
  readonly #settings = new Map<string, unknown>();
  #acts = 0;

  constructor() {
    const { server } = this.scene;
    const { log } = server;
    Object.assign(log, { maxPull: 4, maxSync: 2, maxCatchUp: 6, maxCatchUpEach: 3 });
    this.#model = new ReferenceModel((id, seq) => log.entries(id)[seq - 1]?.createdMs ?? 0);
    // Chats of two come into being with their first message.
    this.#model.create(CHAT, ['alice', 'bob']);
    this.#model.create(NOTES, ['alice']);
    log.createConversation(ROOM, { alice: 0, bob: 0 }, 'Room');
    log.announce(ROOM, 'alice');
    this.#model.create(ROOM, ['alice', 'bob'], { name: 'Room', announced: true });
    this.disagreements = witness(server, this.#model);
    server.onPush = (push, session) => this.#onPush(push, session);
    const small = { maxHeldEntries: 4, maxKeptEntries: 5 };
    this.devices = [
      this.#device('alice', 'phone', { limits: small }, 6),
      this.#device('alice', 'tablet', { fullHistory: true }),
      this.#device('bob', 'laptop', { limits: small }),
    ];
  }

  async run(next: Step): Promise<void> {
    if (next.do === 'wait') return this.scene.clock.advance(next.ms);
    if (next.do === 'fault') return this.#fail(next);
    const device = this.devices[next.device];
    if (device === undefined) return;
    if (next.do === 'act') await this.#act(device, next);
    else if (next.do === 'weather') device.weather = next.weather;
    else if (next.do === 'release') this.#release(device, next.order);
    else this.#trouble(device, next.what);
  }

  async #act(
    device: CrashingDevice,
    { chat, deeds, manner }: Extract<Step, { do: 'act' }>,
  ): Promise<void> {
    const id = device.chats[chat % device.chats.length] ?? '';
    const line = this.#sessionOf(device)?.socket;
    if (line !== undefined && (manner === 'in a tunnel' || manner === 'lastly')) line.cut = true;
    for (const deed of deeds) {
      this.#acts += 1;
      const words = `${device.id}-${this.#acts}`;
      act(device.client, id, { ...deed, words });
      this.#note(device, id, { ...deed, words }, manner !== 'hastily');
    }
    if (manner !== 'hastily') await this.scene.settle();
    if (manner === 'lastly') device.restart();
  }

  /** No more trouble. What was lost without a trace is found by the devices' own checks. */
  async heal(): Promise<void> {
    this.scene.server.fault = () => undefined;
    for (const device of this.devices) {
      device.weather = 'clear';
      device.late = [];
      if (!device.started) device.leave();
    }
    await this.scene.clock.advance(RECOVERY_MS);
    await this.scene.clock.advance(SELF_CHECK_MS + RECOVERY_MS);
    await this.readAll();
  }

  /** Every device loads every log from its beginning. */
  async readAll(): Promise<void> {
    for (const { client, chats } of this.devices) {
      for (const id of chats) {
        while (client.conversation(id)?.hasOlder === true) {
          const loading = client.loadOlder(id, 3);
          await this.scene.settle();
          await loading;
        }
      }
    }
  }

  /** What a device shows, and what it ought to. */
  compare({ user, client }: CrashingDevice): { readonly shown: Shown; readonly wanted: Shown } {
    return { shown: shownBy(client), wanted: this.#model.shown(user) };
  }

  /** What people meant, as far as it was safe and nobody else had a say in it, and what the server made of it. */
  compareIntents(): { readonly meant: unknown; readonly taken: unknown } {
    const { sends, log } = this.scene.server;
    const said = [...this.#said.keys()].map((words) => {
      const found = sends.filter(({ clientMsgId }) => clientMsgId === words);
      return [...new Set(found.map((send) => `${saidIn(send.content).text} ${send.notCounted}`))];
    });
    const settings = [...this.#settings.keys()].map((key) => {
      const [id = '', name = ''] = key.split(' ');
      return log.member(id, 'bob').settings?.[name as keyof ConversationSettings];
    });
    const spoken = [...this.#said].map(([words, quiet]) => [`${words} ${quiet}`]);
    return {
      taken: { said, settings },
      meant: { said: spoken, settings: [...this.#settings.values()] },
    };
  }

  /** What a device does next may be its end, so that only what is done calmly is certain. */
  #note({ user }: CrashingDevice, id: string, { what, words }: DeedInput, safe: boolean): void {
    if (safe && SPEECH.includes(what)) this.#said.set(words, what === QUIET);
    // Alice may have meant something else on her other device, and reading takes a mark away.
    const patch = user === 'bob' ? patchOf(what, words) : undefined;
    for (const [name, value] of Object.entries(patch ?? {})) {
      if (name === 'hidden' || name === 'markedUnread') continue;
      if (safe && this.scene.server.log.has(id)) this.#settings.set(`${id} ${name}`, value);
      else this.#settings.delete(`${id} ${name}`);
    }
  }

  #device(
    user: 'alice' | 'bob',
    id: string,
    options: Partial<ClientOptions>,
    maxEntriesPerConversation = 2000,
  ): CrashingDevice {
    const limits = { ...options.limits, selfCheckMs: SELF_CHECK_MS };
    const device = { id, platform: Platform.LINUX };
    const place = new MemoryReplicaStore({ maxEntriesPerConversation });
    return new CrashingDevice(user, id, CHATS[user], place, (store) => {
      return this.scene.device(user, { ...options, store, limits, device }).client;
    });
  }

  #onPush(push: Item, session: FakeSession): Item[] {
    const device = this.devices.find(({ id }) => id === session.connect.device?.id);
    if (device === undefined || device.weather === 'clear') return [push];
    if (device.weather === 'late') device.late.push({ push, session });
    return device.weather === 'twice' ? [push, push] : [];
  }

  /** Late pushes arrive in any order; those of a session that is gone do not arrive. */
  #release(device: CrashingDevice, order: number): void {
    const held = device.late.splice(0);
    for (let seed = order; held.length > 0; seed = Math.floor(seed / 2) + 7) {
      const [one] = held.splice(seed % held.length, 1);
      if (one !== undefined) one.session.socket.deliver([one.push]);
    }
  }

  #trouble(device: CrashingDevice, what: 'break' | 'restart' | 'leave' | 'older'): void {
    const session = this.#sessionOf(device);
    if (what === 'restart') device.restart();
    else if (what === 'leave') device.leave();
    else if (what === 'break' && session !== undefined) this.scene.server.dropSession(session);
    else if (what === 'older') {
      for (const id of device.chats) void device.client.loadOlder(id, 2).catch(() => undefined);
    }
  }

  #sessionOf({ id }: CrashingDevice): FakeSession | undefined {
    return [...this.scene.server.sessions].find(({ connect }) => connect.device?.id === id);
  }

  #fail({ fault, calls, pulls }: Extract<Step, { do: 'fault' }>): void {
    let left = calls;
    this.scene.server.fault = (method) => {
      const meant = !pulls || method === 'PullEntries' || method === 'CatchUp';
      return meant && (left -= 1) >= 0 ? fault : undefined;
    };
  }
}
