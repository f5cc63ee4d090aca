import { BUCKET_COUNT, type Directory } from '@queqiao/directory';
import { decodeFrame, type Content, type Entry, type Item } from '@queqiao/protocol/client';
import { Buffer } from 'node:buffer';
import type { LogicNode } from './api-rig.js';
import { LinkClient } from './link-client.js';

const NODE = { nodeId: 'connect-1', bootId: 'boot-1' };
/** Longer than any test file takes. */
const LEASE_MS = 600_000;

/** Devices of one connect node that is linked to all logic nodes, and what is pushed to them. */
export class LiveDevices {
  readonly #links: LinkClient[];
  readonly #directory: Directory;
  #sessions = 0;

  private constructor(nodes: readonly LogicNode[]) {
    const [first] = nodes;
    if (first === undefined) throw new Error('there is no logic node');
    this.#directory = first.directory;
    this.#links = nodes.map(({ logic }) => new LinkClient(logic.ports.link, NODE));
  }

  static async open(nodes: readonly LogicNode[]): Promise<LiveDevices> {
    const devices = new LiveDevices(nodes);
    const identity = { kind: 'connect', ...NODE } as const;
    await devices.#directory.acquireLease(identity, '', LEASE_MS);
    const buckets = Array.from({ length: BUCKET_COUNT }, (_, index) => index);
    await devices.#directory.plantCanaries(identity, buckets, LEASE_MS);
    for (const link of devices.#links) link.attach();
    return devices;
  }

  /** A device that signs in; returns its session. */
  async signIn(appId: string, userId: string): Promise<number> {
    this.#sessions += 1;
    const session = this.#sessions;
    const deviceId = `${userId}-${session}`;
    const route = { ...NODE, deviceId, generation: 1, platform: 'web', session, codec: 'proto' };
    await this.#directory.register(appId, userId, route as never, { mode: 'unlimited' });
    return session;
  }

  /** Contents of entries of a conversation that were pushed to a session, by seq: each node pushes by a link of its own. */
  pushed(session: number, conversationId: string): Content['body'][] {
    return this.#entries(session)
      .filter((entry) => entry.conversationId === conversationId)
      .sort((a, b) => a.seq - b.seq)
      .map(({ content }) => content?.body);
  }

  /** How often a session was told to pull a conversation. */
  toldToPull(session: number, conversationId: string): number {
    return this.#items(session).filter(
      ({ item }) => item?.$case === 'resync' && item.value.conversationId === conversationId,
    ).length;
  }

  close(): void {
    for (const link of this.#links) link.close();
  }

  #entries(session: number): Entry[] {
    return this.#items(session).flatMap(({ item }) => {
      const event = item?.$case === 'push' ? item.value.event : undefined;
      return event?.$case === 'entry' ? [event.value] : [];
    });
  }

  #items(session: number): Item[] {
    const items = this.#links.flatMap((link) => link.items);
    return items.flatMap((item) => {
      if (item.$case !== 'deliver' || !item.value.sessions.includes(session)) return [];
      return decodeFrame(Buffer.from(item.value.protoFrame));
    });
  }
}
