import type { GenericServiceDefinition, RequestOf, ResponseOf } from '@queqiao/grpc-kit';
import {
  Entry,
  MessageServiceDefinition as Messages,
  SendRequest,
  Sender_Kind,
  type MemberState,
  type TransientEvent,
} from '@queqiao/protocol/client';
import { BareDevice, type Inner, type SignInInput } from '@queqiao/testkit';
import { text } from '../doors.js';
import { HeardLog } from './heard-log.js';

/** Keeps a broken product from hanging the test; no measurement. */
const GIVE_UP_MS = 60_000;
const PING_MS = 20_000;

export interface StageDeviceOptions extends SignInInput {
  readonly userId: string;
  readonly socketUrl: string;
  /** Affinity by which its calls go to one of the logic nodes. */
  readonly lane: string;
}

/** A device that is online all the time and never reads anything by itself: what it knows it was pushed or answered. */
export class StageDevice {
  readonly transients: TransientEvent[] = [];
  readonly #logs = new Map<string, HeardLog>();
  readonly #states = new Map<string, MemberState>();
  readonly #waiting = new Set<() => void>();

  private constructor(
    readonly bare: BareDevice,
    readonly options: StageDeviceOptions,
  ) {}

  static async signIn(options: StageDeviceOptions): Promise<StageDevice> {
    const device = new StageDevice(await BareDevice.signIn(options.socketUrl, options), options);
    const { bare } = device;
    for (const item of bare.items) device.#take(item);
    bare.onItem = (item) => device.#take(item);
    const pings = setInterval(() => {
      if (bare.closeCode === undefined) bare.send({ $case: 'ping', value: {} });
    }, PING_MS);
    void bare.closed.then(() => clearInterval(pings));
    return device;
  }

  get name(): string {
    return `${this.options.userId}/${this.options.deviceId}`;
  }

  get logs(): ReadonlyMap<string, HeardLog> {
    return this.#logs;
  }

  get states(): ReadonlyMap<string, MemberState> {
    return this.#states;
  }

  /** What the request leaves out has its default. Rejects with DomainError. */
  call<D extends GenericServiceDefinition, N extends keyof D['methods'] & string>(
    service: D,
    name: N,
    request: Partial<RequestOf<D['methods'][N]>>,
  ): Promise<ResponseOf<D['methods'][N]>> {
    const method = service.methods[name];
    if (method === undefined) throw new Error(`no method ${name}`);
    const defaults = method.requestType.decode(new Uint8Array()) as object;
    const whole = { ...defaults, ...request };
    return this.bare.call(service, method, whole, this.options.lane) as never;
  }

  /** Puts the message into the log as its answer says, since the session that sent it is not pushed it. Resolves with the seq. */
  async send(conversationId: string, clientMsgId: string, words: string): Promise<number> {
    const content = text(words);
    const request = SendRequest.create({ conversationId, clientMsgId, content });
    const { seq, ordinal, createdMs } = await this.call(Messages, 'send', request);
    const sender = { kind: Sender_Kind.USER, id: this.options.userId };
    const place = { conversationId, seq, ordinal, createdMs };
    this.#logOf(conversationId).add(Entry.create({ ...place, sender, clientMsgId, content }));
    this.#wake();
    return seq;
  }

  /** The next entry of a log that the test has not asked for yet. Rejects when it does not come. */
  async next(conversationId: string): Promise<Entry> {
    const log = this.#logOf(conversationId);
    return this.until(`is told the next of ${conversationId}`, () => log.next());
  }

  /** Asks whenever something has come. Rejects when it never answers anything. */
  async until<T>(what: string, answer: () => T | undefined): Promise<T> {
    const deadline = Date.now() + GIVE_UP_MS;
    for (;;) {
      const found = answer();
      if (found !== undefined) return found;
      if (Date.now() > deadline) throw new Error(`${this.name} never ${what}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, GIVE_UP_MS);
        this.#waiting.add(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  #take(item: Inner): void {
    if (item.$case !== 'push') return;
    const { event } = item.value;
    if (event?.$case === 'entry') this.#logOf(event.value.conversationId).add(event.value);
    if (event?.$case === 'transient') this.transients.push(event.value);
    if (event?.$case === 'memberState') {
      const { conversationId, rev } = event.value;
      const known = this.#states.get(conversationId);
      if (known === undefined || known.rev < rev) this.#states.set(conversationId, event.value);
    }
    this.#wake();
  }

  #logOf(conversationId: string): HeardLog {
    const known = this.#logs.get(conversationId) ?? new HeardLog(this.options.userId);
    this.#logs.set(conversationId, known);
    return known;
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
}
