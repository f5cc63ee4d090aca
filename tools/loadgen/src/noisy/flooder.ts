import { errorCodeFromProto } from '@queqiao/protocol/common';
import { LoadSocket, MAX_SOCKET_CALLS } from '../worker/load-socket.js';
import type { LoadUser } from '../worker/worker-protocol.js';
import { floodCall, groupCall, type FloodKind } from './flood-calls.js';

const TICK_MS = 10;
const GROUP_SIZE = 5;

export interface FloodSetup {
  readonly urls: readonly string[];
  readonly prefix: string;
  /** One socket each; each has to do with the next one. */
  readonly users: readonly LoadUser[];
}

export interface FloodResult {
  readonly attempts: number;
  readonly accepted: number;
  /** Refusals by code, and ends of sockets as `CLOSED_<code>`. */
  readonly refused: Readonly<Record<string, number>>;
  /** Refusals for the rate without a hint: there must be none. */
  readonly hintless: number;
}

/** Sends at a fixed rate whatever it is told, and comes back at once when it is sent away. */
export class Flooder {
  readonly #sockets: (LoadSocket | undefined)[] = [];
  #flooding = false;
  #sent = 0;
  #accepted = 0;
  #attempts = 0;
  #hintless = 0;
  #refused: Record<string, number> = {};

  private constructor(private readonly setup: FloodSetup) {}

  static async open(setup: FloodSetup): Promise<Flooder> {
    const flooder = new Flooder(setup);
    const places = [...setup.users.keys()];
    for (const index of places) await flooder.#open(index);
    // A group has users who have signed in.
    for (const index of places) await flooder.#makeGroup(index);
    return flooder;
  }

  async flood(kind: FloodKind, seconds: number, perSecond: number): Promise<FloodResult> {
    [this.#attempts, this.#accepted, this.#hintless, this.#refused] = [0, 0, 0, {}];
    const startedMs = performance.now();
    this.#flooding = true;
    await new Promise<void>((resolve) => {
      const timer = setInterval(() => {
        const passedMs = performance.now() - startedMs;
        const due = Math.floor((Math.min(passedMs, seconds * 1_000) / 1_000) * perSecond);
        while (this.#attempts < due) this.#call(kind);
        if (passedMs < seconds * 1_000) return;
        clearInterval(timer);
        resolve();
      }, TICK_MS);
    });
    this.#flooding = false;
    const { attempts, accepted, refused, hintless } = {
      attempts: this.#attempts,
      accepted: this.#accepted,
      refused: this.#refused,
      hintless: this.#hintless,
    };
    return { attempts, accepted, refused, hintless };
  }

  close(): void {
    for (const socket of this.#sockets) socket?.close();
  }

  #call(kind: FloodKind): void {
    this.#attempts += 1;
    this.#sent += 1;
    const { users, prefix } = this.setup;
    const at = this.#sent % users.length;
    const socket = this.#sockets[at];
    if (socket === undefined) return this.#note('NO_SOCKET');
    if (socket.inFlight >= MAX_SOCKET_CALLS) return this.#note('NO_ROOM');
    const { method, body, affinity } = floodCall(kind, {
      userId: users[at]?.userId ?? '',
      otherId: users[(at + 1) % users.length]?.userId ?? '',
      id: `${prefix}.${this.#sent}`,
      count: this.#sent,
    });
    socket.call(method, body, affinity, (reply) => {
      if (reply?.result?.$case === 'body') {
        this.#accepted += 1;
      } else if (reply?.result?.$case === 'error') {
        const { code, retryAfterMs } = reply.result.value;
        this.#note(errorCodeFromProto(code));
        if (retryAfterMs <= 0) this.#hintless += 1;
      }
    });
  }

  #note(what: string): void {
    this.#refused[what] = (this.#refused[what] ?? 0) + 1;
  }

  /** Of a few: each change of it is told to them. */
  async #makeGroup(index: number): Promise<void> {
    const { users } = this.setup;
    const members = Array.from({ length: GROUP_SIZE }, (_, n) => users[(index + n) % users.length]);
    const ids = [...new Set(members.map((user) => user?.userId ?? ''))];
    const { method, body, affinity } = groupCall(ids[0] ?? '', ids.slice(1));
    await new Promise<void>((resolve, reject) => {
      this.#sockets[index]?.call(method, body, affinity, (reply) => {
        const result = reply?.result;
        if (result?.$case === 'body') return resolve();
        const code = result ? errorCodeFromProto(result.value.code) : 'CLOSED';
        reject(new Error(`the group of a flooding user was refused: ${code}`));
      });
    });
  }

  async #open(index: number): Promise<void> {
    const { urls, users } = this.setup;
    const url = urls[index % urls.length] ?? '';
    const socket = await LoadSocket.open({
      url,
      token: users[index]?.token ?? '',
      deviceId: 'flood',
    });
    this.#sockets[index] = socket;
    socket.onLost = (code) => {
      this.#sockets[index] = undefined;
      if (this.#flooding) this.#note(`CLOSED_${code}`);
      void this.#open(index).catch(() => undefined);
    };
  }
}
