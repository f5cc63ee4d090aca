import { setTimeout as sleep } from 'node:timers/promises';
import { closeDuty } from '@queqiao/domain';
import type { MemberState } from '@queqiao/protocol/client';
import type { MessageChange, OwnChange } from '../history/changes.js';
import type { SurfacedLog } from '../history/surfaced-log.js';
import type { TestApp } from '../test-app.js';
import { BareDevice, SocketClosed, type Codec, type Inner } from './bare-device.js';
import { changeOwnUntilKnown, changeUntilKnown } from './change-until-known.js';
import { moveUntilKnown, type MemberMove, type MoveIds } from './move-until-known.js';
import { ReplicaLog } from './replica.js';
import { fillGap, readUnread, syncAll, type SyncState } from './replica-feed.js';
import { markUntilKnown, sendUntilKnown } from './send-until-known.js';
import type { TestDevice } from './test-device.js';

export interface RoamingDeviceOptions {
  /** Tried in turn: every reconnect goes to the next one. */
  readonly urls: readonly string[];
  readonly app: TestApp;
  readonly userId: string;
  readonly deviceId: string;
  readonly codec?: Codec;
  /** Default: both. */
  readonly feed?: 'push' | 'sync' | 'both';
  /** Devices of the kind `sync` read by themselves this often; without it only when told to. */
  readonly pollMs?: number;
  /** Also devices of the kinds `push` and `sync` read after every sign-in and, those of `push`, when they are told to. */
  readonly catchesUp?: boolean;
  /** Where what it surfaces is recorded. */
  readonly record?: SurfacedLog;
}

/** Comes in masses, and is dealt with when it comes. */
const NOT_KEPT = new Set<Inner['$case']>(['push', 'reply', 'pong']);

const BACKOFF_MS = { base: 50, max: 1_000 };
const PING_MS = 2_000;
/** Nothing heard for this long, although pings were sent: the server is dead or frozen. */
const DEAD_MS = 6_000;

/** A device that comes back by itself, on another node if need be, and keeps a replica of all its conversations. */
export class RoamingDevice implements TestDevice {
  readonly logs = new Map<string, ReplicaLog>();
  readonly closeCodes: number[] = [];
  /** A close code of 42xx, or a refused sign-in: the device does not come back. */
  stoppedBy: number | undefined;
  socket: BareDevice | undefined;
  readonly #options: RoamingDeviceOptions;
  readonly #sync: SyncState = { cursor: new Uint8Array() };
  /** Groups that the user is known to have left. */
  readonly #left = new Set<string>();
  #generation = 0;
  #running = false;
  #loop: Promise<void> = Promise.resolve();
  #reading: Promise<void> = Promise.resolve();
  #readAgain = false;
  #stalled = false;

  constructor(options: RoamingDeviceOptions) {
    this.#options = options;
  }

  get name(): string {
    return `${this.#options.userId}/${this.#options.deviceId}`;
  }

  get userId(): string {
    return this.#options.userId;
  }

  get feed(): 'push' | 'sync' | 'both' {
    return this.#options.feed ?? 'both';
  }

  get online(): boolean {
    return this.socket !== undefined;
  }

  start(): void {
    this.#running = true;
    this.#loop = this.#run();
  }

  /** Resolves when it is online for the first time or again. */
  async whenOnline(limitMs = 60_000): Promise<void> {
    const deadline = Date.now() + limitMs;
    while (!this.online) {
      if (Date.now() > deadline) {
        throw new Error(`${this.name} is not online; closes: ${this.closeCodes.join(' ')}`);
      }
      await sleep(5);
    }
  }

  async stop(): Promise<void> {
    this.#running = false;
    this.socket?.ws.terminate();
    await this.#loop;
    await this.#reading;
  }

  log(conversationId: string): ReplicaLog {
    let log = this.logs.get(conversationId);
    if (log === undefined) {
      const { record } = this.#options;
      log = new ReplicaLog({
        surfaced: (entry, source) => record?.entry(entry, source),
        passed: (range) => record?.passed(conversationId, range),
      });
      this.logs.set(conversationId, log);
    }
    return log;
  }

  high(conversationId: string): number {
    return this.logs.get(conversationId)?.high ?? 0;
  }

  /** Sends and repeats with the same id until the answer is definitive. Rejects with the DomainError of a refusal. */
  async send(
    conversationId: string,
    clientMsgId: string,
    text: string,
    mentions: readonly string[] = [],
  ): Promise<number> {
    const message = { conversationId, clientMsgId, text, mentions };
    const entry = await sendUntilKnown(this, message);
    if (this.feed !== 'sync') this.log(conversationId).add(entry, 'sent');
    this.#fillGaps();
    return entry.seq;
  }

  /** What the entry of an own change says is only known from the log, so a device that never reads should not make any. */
  async change(
    conversationId: string,
    clientMsgId: string,
    change: MessageChange,
  ): Promise<number> {
    const seq = await changeUntilKnown(this, { conversationId, clientMsgId }, change);
    const log = this.log(conversationId);
    log.known = Math.max(log.known, seq);
    this.#fillGaps();
    return seq;
  }

  async changeOwn(conversationId: string, change: OwnChange): Promise<void> {
    const member = await changeOwnUntilKnown(this, conversationId, change);
    if (member !== undefined) this.#options.record?.state(member);
  }

  async markRead(conversationId: string, seq: number): Promise<void> {
    const member = await markUntilKnown(this, { conversationId, seq });
    if (member !== undefined) this.#options.record?.state(member);
  }

  /** Moves somebody into a group or out of it, and repeats until that is known. Rejects when it was refused or moved nobody. */
  move(ids: MoveIds, move: MemberMove): Promise<void> {
    return moveUntilKnown(this, ids, move);
  }

  async unread(): Promise<ReadonlyMap<string, number | undefined>> {
    if (this.socket === undefined) throw new SocketClosed(this.closeCodes.at(-1) ?? 0, 'unread');
    return readUnread(this.socket);
  }

  /** It keeps no replica that could show anything. */
  shown(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  drop(): void {
    this.socket?.ws.terminate();
  }

  /** Stops reading its socket, or goes on; it still sends. */
  stall(stalled: boolean): void {
    this.#stalled = stalled;
    if (stalled) this.socket?.ws.pause();
    else this.socket?.ws.resume();
  }

  /** Reads everything that is new. Rejects when the connection ends meanwhile. */
  async sync(): Promise<void> {
    const { socket } = this;
    if (socket === undefined) throw new SocketClosed(this.closeCodes.at(-1) ?? 0, 'sync');
    await syncAll(socket, this.#sync, (id) => this.log(id), this.#options.record);
  }

  async #run(): Promise<void> {
    for (let attempt = 0, at = 0; this.#running; at += 1) {
      const url = this.#options.urls[at % this.#options.urls.length] ?? '';
      try {
        const socket = await this.#open(url);
        attempt = 0;
        // It may have been stopped while the connection was being made.
        if (!this.#running) socket.ws.terminate();
        await this.#attend(socket);
      } catch (error) {
        if (error instanceof SocketClosed) this.#ended(error.code);
      }
      if (this.stoppedBy !== undefined) return;
      attempt += 1;
      const limit = Math.min(BACKOFF_MS.max, BACKOFF_MS.base * 2 ** attempt);
      if (this.#running) await sleep(Math.random() * limit);
    }
  }

  async #open(url: string): Promise<BareDevice> {
    const { app, userId, deviceId, codec = 'proto' } = this.#options;
    this.#generation += 1;
    const token = await app.token(userId);
    const socket = await BareDevice.open(url, codec);
    socket.keeps = ({ $case }) => !NOT_KEPT.has($case);
    socket.onItem = (item) => this.#take(item);
    socket.connect({ token, deviceId, generation: this.#generation });
    const tooLong = setTimeout(() => socket.ws.terminate(), DEAD_MS);
    await socket.next('connected').finally(() => clearTimeout(tooLong));
    return socket;
  }

  async #attend(socket: BareDevice): Promise<void> {
    this.socket = socket;
    if (this.#readsWhenTold) this.#read();
    const { pollMs } = this.#options;
    const polls = pollMs === undefined ? undefined : setInterval(() => this.#read(), pollMs);
    let lastTurnMs = Date.now();
    const pings = setInterval(() => {
      const turnMs = Date.now();
      // When this process itself stood still, what the server said meanwhile has not been read yet.
      const stoodStill = turnMs - lastTurnMs > 2 * PING_MS;
      lastTurnMs = turnMs;
      const silent = !stoodStill && turnMs - socket.lastHeardMs > DEAD_MS;
      if (silent && !this.#stalled) socket.ws.terminate();
      else socket.send({ $case: 'ping', value: {} });
    }, PING_MS);
    const code = await socket.closed;
    clearInterval(pings);
    clearInterval(polls);
    this.socket = undefined;
    this.#ended(code);
  }

  #ended(code: number): void {
    this.closeCodes.push(code);
    if (closeDuty(code) === 'stop') this.stoppedBy = code;
  }

  #take(item: Inner): void {
    if (this.feed === 'sync') return;
    const event = item.$case === 'push' ? item.value.event : undefined;
    if (event?.$case === 'memberState') this.#takeState(event.value);
    if (event?.$case === 'entry') {
      this.log(event.value.conversationId).add(event.value, 'push');
      this.#fillGaps();
    }
    if (item.$case === 'resync' && this.#readsWhenTold) this.#read();
  }

  /** Who comes into a group reads what there is, as nothing may be said there for long; who left has all up to the leave to read. */
  #takeState(member: MemberState): void {
    const { conversationId: id, leftSeq } = member;
    this.#options.record?.state(member);
    if (leftSeq !== undefined) {
      this.#left.add(id);
      if (this.#readsWhenTold && leftSeq > this.high(id)) this.#read();
      return;
    }
    const comes = this.#left.delete(id) || (id.startsWith('g:') && !this.logs.has(id));
    if (comes && this.#readsWhenTold) this.#read();
  }

  get #readsWhenTold(): boolean {
    return this.feed === 'both' || this.#options.catchesUp === true;
  }

  #fillGaps(): void {
    if (this.feed !== 'both') return;
    for (const log of this.logs.values()) if (log.hasGap) return this.#read();
  }

  /** One read at a time; what comes up meanwhile makes one more. A connection that ends is read again after the next one. */
  #read(): void {
    if (this.#readAgain) return;
    this.#readAgain = true;
    this.#reading = this.#reading.then(async () => {
      this.#readAgain = false;
      const { socket } = this;
      if (socket === undefined) return;
      await this.#readAll(socket).catch(async () => {
        await sleep(100);
        if (socket.closeCode === undefined && this.#running) this.#read();
      });
    });
  }

  async #readAll(socket: BareDevice): Promise<void> {
    await syncAll(socket, this.#sync, (id) => this.log(id), this.#options.record);
    for (const [id, log] of this.logs) if (log.hasGap) await fillGap(socket, id, log);
  }
}
