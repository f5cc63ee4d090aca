import type { Item } from '@queqiao/protocol/client';
import {
  createClient,
  Platform,
  type ClientOptions,
  type ConnectionState,
  type EntryEvent,
  type LocalMessage,
  type QueqiaoClient,
} from '../../src/index.js';
import { FakeClock } from '../fakes/fake-clock.js';
import { FakeServer } from '../fakes/fake-server.js';

export interface Device {
  readonly client: QueqiaoClient;
  readonly states: ConnectionState[];
  readonly entries: EntryEvent[];
  readonly outbox: LocalMessage[];
  /** What was surfaced of one conversation, as seqs. */
  seqs(conversationId: string): number[];
}

/** A fake server, a clock that stands still, and any number of devices on both. */
export class Scene {
  readonly clock = new FakeClock();
  readonly server = new FakeServer();

  device(user: string, options: Partial<ClientOptions> = {}): Device {
    const client = createClient({
      url: 'ws://test/ws',
      token: () => Promise.resolve(user),
      device: { id: `${user}-device`, platform: Platform.WEB },
      clock: this.clock,
      webSocket: this.server.webSocket,
      random: () => 0.5,
      ...options,
    });
    const states: ConnectionState[] = [];
    const entries: EntryEvent[] = [];
    const outbox: LocalMessage[] = [];
    client.on('state', (state) => states.push(state));
    client.on('entry', (event) => entries.push(event));
    client.on('outbox', (message) => outbox.push(message));
    const seqs = (id: string): number[] =>
      entries.filter(({ entry }) => entry.conversationId === id).map(({ entry }) => entry.seq);
    return { client, states, entries, outbox, seqs };
  }

  /** Started and caught up. */
  async online(user: string, options: Partial<ClientOptions> = {}): Promise<Device> {
    const device = this.device(user, options);
    device.client.start();
    await this.settle();
    return device;
  }

  /** Lets everything that needs no time happen. */
  settle(): Promise<void> {
    return this.clock.advance(0);
  }
}

/** 1, 2, … n */
export function upTo(n: number): number[] {
  return Array.from({ length: n }, (_, index) => index + 1);
}

export const ROOM = 'g:room';

/** A scene with one group: members by the seq of their join, and entries that bob wrote. */
export function room(members: Record<string, number> = { alice: 0, bob: 0 }, entries = 0): Scene {
  const scene = new Scene();
  scene.server.log.createConversation(ROOM, members, 'Room');
  for (let n = 0; n < entries; n += 1) scene.server.say(ROOM, 'bob', `old ${n + 1}`);
  return scene;
}

/** Pushes stop until the returned function lets them through, in the order given by `arrange`. */
export function holdPushes(scene: Scene): (arrange?: (held: Item[]) => Item[]) => Promise<void> {
  const held: Item[] = [];
  scene.server.onPush = (push) => {
    held.push(push);
    return [];
  };
  return async (arrange = (all) => all) => {
    scene.server.onPush = (push) => [push];
    for (const item of arrange(held)) scene.server.session('alice').socket.deliver([item]);
    await scene.settle();
  };
}
