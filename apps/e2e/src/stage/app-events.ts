import { isServiceError, statusToDomainError, type GrpcClient } from '@queqiao/grpc-kit';
import type { Event, EventServiceDefinition, SubscribeResponse } from '@queqiao/protocol/server';
import { eventually } from '@queqiao/testkit';
import { spelled } from './two-ways.js';

type Client = GrpcClient<typeof EventServiceDefinition>;

/** What a back end is told of its app by one stream. */
export class AppEvents {
  readonly seen: Event[] = [];
  #answers = 0;
  #refusal = '';

  constructor(
    private readonly client: Client,
    private readonly stream: ReturnType<Client['subscribe']>,
  ) {
    stream.on('data', ({ events }: SubscribeResponse) => {
      this.#answers += 1;
      this.seen.push(...events);
    });
    stream.on('error', (error: Error) => {
      this.#refusal = isServiceError(error) ? spelled(statusToDomainError(error)) : String(error);
    });
  }

  /** Nothing that happens from here on is missed. */
  async begun(): Promise<void> {
    await eventually('events begin', () => this.#answers > 0);
  }

  async reach(count: number): Promise<void> {
    await eventually(`${count} events come`, () => this.seen.length >= count);
  }

  /** Code and field with which the stream ends. */
  refused(): Promise<string> {
    return eventually('the stream ends', () => this.#refusal);
  }

  close(): void {
    this.stream.cancel();
    this.client.close();
  }
}
