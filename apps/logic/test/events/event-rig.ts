import { createGrpcClient, isServiceError, statusToDomainError } from '@queqiao/grpc-kit';
import type { DomainError } from '@queqiao/domain';
import type { Entry } from '@queqiao/protocol/client';
import {
  EventServiceDefinition,
  type SubscribeRequest,
  type SubscribeResponse,
} from '@queqiao/protocol/server';
import { eventually, type TestApp } from '@queqiao/testkit';
import type { ApiRig } from '../rig/api-rig.js';

export interface Seen {
  readonly cursor: string;
  readonly entry: Entry;
}

/** A back end that follows the events of its app, by one node. */
export class Follower {
  readonly seen: Seen[] = [];
  readonly answers: SubscribeResponse[] = [];
  readonly #client;
  readonly #stream;
  #ended: DomainError | 'ended' | undefined;

  constructor(
    rig: ApiRig,
    app: Pick<TestApp, 'credential'>,
    request: Partial<SubscribeRequest> = {},
    index = 0,
  ) {
    this.#client = createGrpcClient(EventServiceDefinition, rig.address(index), {
      ownConnection: true,
    });
    const metadata = { authorization: `Bearer ${app.credential}` };
    const whole = { cursor: '', fromOldest: false, ...request };
    this.#stream = this.#client.subscribe(whole, { metadata });
    this.#stream.on('data', (answer: SubscribeResponse) => {
      this.answers.push(answer);
      for (const { cursor, entry } of answer.events) if (entry) this.seen.push({ cursor, entry });
    });
    this.#stream.on('end', () => (this.#ended ??= 'ended'));
    this.#stream.on('error', (error) => {
      if (isServiceError(error)) this.#ended = statusToDomainError(error);
    });
  }

  /** Of whom nothing is missed from here on. */
  static async begin(
    rig: ApiRig,
    app: Pick<TestApp, 'credential'>,
    ...more: [Partial<SubscribeRequest>?, number?]
  ) {
    const follower = new Follower(rig, app, ...more);
    await eventually('the first answer', () => follower.answers.length > 0);
    return follower;
  }

  get cursor(): string {
    return this.answers.at(-1)?.cursor ?? '';
  }

  /** Names of entries, in the order in which they came. */
  get names(): string[] {
    return this.seen.map(({ entry }) => nameOf(entry));
  }

  async until(count: number): Promise<string[]> {
    await eventually(`${count} events`, () => this.seen.length >= count);
    return this.names;
  }

  get isOver(): boolean {
    return this.#ended !== undefined;
  }

  /** How the stream ended. */
  async ended(): Promise<DomainError | 'ended'> {
    await eventually('the end', () => this.#ended !== undefined);
    return this.#ended ?? 'ended';
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  close(): void {
    this.#stream.cancel();
    this.#client.close();
  }
}

export function nameOf({ conversationId, seq }: Pick<Entry, 'conversationId' | 'seq'>): string {
  return `${conversationId} ${seq}`;
}
