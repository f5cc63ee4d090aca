/** Sessions on a fake clock with sockets, directory and logic in memory: for the unit tests beside the sources. */
import {
  BUCKET_COUNT,
  DirectoryUnavailable,
  type Directory,
  type RegisterResult,
  type Route,
} from '@queqiao/directory';
import { decodeFrame, encodeItems, type Item } from '@queqiao/protocol/client';
import { offsetClock, Registry, silentLogger } from '@queqiao/runtime';
import { FakeClock } from '@queqiao/runtime/testing';
import type { ItemCodec, SessionSocket, WriteOutcome } from '../src/session/ports.js';
import type { Session } from '../src/session/session.js';
import { DEFAULT_SESSION_LIMITS, type SessionLimits } from '../src/session/session-limits.js';
import { Sessions } from '../src/session/sessions.js';
import { protoCodec } from '../src/socket/item-codecs.js';
import { InMemoryLogic } from './in-memory-logic.js';

type Inner = NonNullable<Item['item']>;
type ValueOf<K extends Inner['$case']> = Extract<Inner, { $case: K }>['value'];

export class FakeSocket implements SessionSocket {
  readonly messages: Uint8Array[] = [];
  buffered = 0;
  outcome: WriteOutcome = 'sent';
  closeCode: number | null = null;
  session: Session | null = null;

  constructor(
    readonly codec: ItemCodec,
    private readonly onEnd: (code: number) => void,
  ) {}

  write(message: Uint8Array): WriteOutcome {
    this.messages.push(message);
    return this.outcome;
  }
  bufferedBytes(): number {
    return this.buffered;
  }
  cut(): void {
    this.closeCode = 1006;
    this.onEnd(1006);
  }
  end(code: number): void {
    this.closeCode = code;
    this.onEnd(code);
  }

  get items(): Inner[] {
    return this.messages.flatMap((message) =>
      decodeFrame(Uint8Array.from(message)).map(({ item }) => {
        if (item === undefined) throw new Error('an empty item');
        return item;
      }),
    );
  }
  kinds(): string[] {
    return this.items.map((item) => item.$case);
  }
  last<K extends Inner['$case']>(kind: K): ValueOf<K> {
    const found = this.items.filter((item) => item.$case === kind).at(-1);
    if (found === undefined) throw new Error(`no ${kind}`);
    return found.value as ValueOf<K>;
  }
}

/** Answers as told and remembers what it was asked. */
export class FakeDirectory implements Pick<Directory, 'register' | 'touchAll' | 'unregister'> {
  readonly registered: Route[] = [];
  readonly touched: Route[] = [];
  readonly unregistered: number[] = [];
  away = false;
  result: RegisterResult = { status: 'registered', evicted: [] };
  hold: Promise<void> | null = null;

  async register(_app: string, _user: string, route: Route): Promise<RegisterResult> {
    await this.hold;
    if (this.away) throw new DirectoryUnavailable('register', 'connection');
    this.registered.push(route);
    return this.result;
  }
  async touchAll(entries: readonly { route: Route }[]): Promise<RegisterResult[]> {
    if (this.away) throw new DirectoryUnavailable('touch', 'connection');
    this.touched.push(...entries.map(({ route }) => route));
    return entries.map(() => this.result);
  }
  async unregister(_app: string, _user: string, identity: { session: number }): Promise<boolean> {
    if (this.away) throw new DirectoryUnavailable('unregister', 'connection');
    this.unregistered.push(identity.session);
    return true;
  }
}

export const ALL_BUCKETS: ReadonlySet<number> = new Set(
  Array.from({ length: BUCKET_COUNT }, (_, b) => b),
);

export class SessionRig {
  readonly clock = new FakeClock();
  readonly logic: InMemoryLogic;
  readonly directory = new FakeDirectory();
  readonly registry = new Registry();
  readonly sessions: Sessions;
  pauseChecks = 0;
  /** How long addresses have to wait before they may sign in. */
  addressWaitMs = 0;
  /** Whose sign-ins were no good. */
  readonly refusedAddresses: string[] = [];
  /** Called by every look whether the process stood still. */
  onPauseCheck: () => void = () => undefined;

  /** @param logicAheadMs how far logic's wall clock is ahead of this node's. */
  constructor(limits: Partial<SessionLimits> = {}, logicAheadMs = 0) {
    this.logic = new InMemoryLogic(offsetClock(logicAheadMs, this.clock));
    this.sessions = new Sessions(
      {
        clock: this.clock,
        logger: silentLogger(),
        registry: this.registry,
        logic: this.logic,
        directory: this.directory,
        addresses: {
          signIn: () => this.addressWaitMs,
          signInRefused: (address) => void this.refusedAddresses.push(address),
        },
        turnEnd: setImmediate,
        random: () => 0.5,
        checkPause: () => {
          this.pauseChecks++;
          this.onPauseCheck();
        },
      },
      {
        nodeId: 'n1',
        bootId: 'boot1',
        limits: { ...DEFAULT_SESSION_LIMITS, ...limits },
        registrationsPerSecond: 1_000,
        registrationRefreshMs: 3_600_000,
      },
    );
    this.sessions.start();
  }

  open(codec: ItemCodec = protoCodec): FakeSocket {
    const socket: FakeSocket = new FakeSocket(codec, (code) => this.closed(socket, code));
    socket.session = this.sessions.protocol.opened(socket, { origin: 'o', remoteAddress: 'a' });
    return socket;
  }

  closed(socket: FakeSocket, code: number): void {
    if (socket.session) this.sessions.protocol.closed(socket.session, code);
    socket.session = null;
  }

  send(socket: FakeSocket, ...items: Inner[]): void {
    if (socket.session === null) throw new Error('the socket is closed');
    const message = encodeItems(items.map((item) => ({ item })));
    this.sessions.protocol.received(socket.session, message);
  }

  connect(socket: FakeSocket, token: string, device = 'd1', generation = 1): void {
    this.send(socket, connectItem(token, device, generation));
  }

  /** Lets promises settle and the turn end. */
  async settle(): Promise<void> {
    await this.clock.advanceAsync(0);
    await this.clock.advanceAsync(0);
  }

  async signedIn(token = 'app/ann', device = 'd1', generation = 1): Promise<FakeSocket> {
    const socket = this.open();
    this.connect(socket, token, device, generation);
    await this.settle();
    return socket;
  }

  async metric(name: string): Promise<number> {
    const metric = await this.registry.getSingleMetric(name)?.get();
    return metric?.values.reduce((sum, { value }) => sum + value, 0) ?? 0;
  }
}

export function connectItem(token: string, id = 'd1', generation = 1): Inner {
  const texts = { brand: '', model: '', osVersion: '', appVersion: '' };
  const device = { id, platform: 6, ...texts };
  return { $case: 'connect', value: { token, device, generation } };
}

export function callItem(
  id: number,
  method = 'Send',
  affinity = '',
): Extract<Inner, { $case: 'call' }> {
  const value = {
    id,
    method: `queqiao.client.v1.MessageService/${method}`,
    affinity,
    requestId: '',
  };
  return { $case: 'call', value: { ...value, body: Uint8Array.of(1, 2, 3) } };
}
