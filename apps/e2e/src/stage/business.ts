import {
  createGrpcClient,
  type CallOptions,
  type GenericServiceDefinition,
  type RequestOf,
  type ResponseOf,
} from '@queqiao/grpc-kit';
import type { EventServiceDefinition, SubscribeRequest } from '@queqiao/protocol/server';
import type { TestApp } from '@queqiao/testkit';
import { typed } from '../doors.js';
import { AppEvents } from './app-events.js';
import { TwoWays, type Way } from './two-ways.js';

type Unary = (request: unknown, options: CallOptions) => Promise<unknown>;
type Client = { readonly close: () => void };
type Events = typeof EventServiceDefinition;

/** One logic node by its gRPC address, as a back end calls it. */
class GrpcWay implements Way {
  readonly #clients = new Map<GenericServiceDefinition, Client>();
  readonly #options: CallOptions;

  constructor(
    readonly address: string,
    app: Pick<TestApp, 'credential'>,
  ) {
    this.#options = { metadata: { authorization: `Bearer ${app.credential}` } };
  }

  call<D extends GenericServiceDefinition, N extends keyof D['methods'] & string>(
    service: D,
    name: N,
    request: Partial<RequestOf<D['methods'][N]>>,
  ): Promise<ResponseOf<D['methods'][N]>> {
    const known = this.#clients.get(service);
    const client = known ?? createGrpcClient(service, this.address);
    this.#clients.set(service, client);
    const method = service.methods[name];
    const call = (client as unknown as Record<string, Unary>)[name];
    if (method === undefined || call === undefined) throw new Error(`no method ${name}`);
    const defaults = method.requestType.decode(new Uint8Array()) as object;
    return typed(call({ ...defaults, ...request }, this.#options)) as never;
  }

  follow(service: Events, name: 'subscribe', request: Partial<SubscribeRequest>): AppEvents {
    const client = createGrpcClient(service, this.address, { ownConnection: true });
    const whole = { cursor: '', fromOldest: false, ...request };
    return new AppEvents(client, client[name](whole, this.#options));
  }

  close(): void {
    for (const client of this.#clients.values()) client.close();
  }
}

/** An app's back end, which has a connection to each of two logic nodes. */
export class Business extends TwoWays {
  protected readonly ways: readonly [GrpcWay, GrpcWay];

  constructor(addresses: readonly [string, string], app: Pick<TestApp, 'credential'>) {
    super();
    const [one, other] = addresses;
    this.ways = [new GrpcWay(one, app), new GrpcWay(other, app)];
  }

  /** By a stream of each node, which end when they are closed. */
  follows(
    service: Events,
    name: 'subscribe',
    request: Partial<SubscribeRequest>,
  ): [AppEvents, AppEvents] {
    const [one, other] = this.ways;
    return [one.follow(service, name, request), other.follow(service, name, request)];
  }

  close(): void {
    for (const way of this.ways) way.close();
  }
}
