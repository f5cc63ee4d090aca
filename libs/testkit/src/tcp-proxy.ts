import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Seen from who dialled: `up` goes to the target. */
export type Direction = 'up' | 'down';

/**
 * What becomes of a chunk: `pass` it on, `cut` the connection without passing it on, `pass-and-cut`: the other side gets it and then
 * the end of the connection, or `hold` it, and what comes behind it on the connection, until `letGo`.
 */
export type Verdict = 'pass' | 'cut' | 'pass-and-cut' | 'hold';

interface Pair {
  readonly id: number;
  readonly ends: Readonly<Record<Direction, Socket>>;
  /** Undefined: nothing is held that goes this way. */
  readonly held: Record<Direction, Buffer | undefined>;
  ended: boolean;
}

const DIRECTIONS = ['up', 'down'] as const;
const opposite = { up: 'down', down: 'up' } as const;

/**
 * A TCP proxy on 127.0.0.1 that stands between two processes and fails on purpose. While a direction is a black hole, nothing
 * passes that way, not even the end of a connection; what waits is passed on when it is healed, as TCP itself would.
 */
export class TcpProxy {
  /** Asked about every chunk, with a number for its connection. */
  judge: (direction: Direction, chunk: Buffer, connection: number) => Verdict = () => 'pass';
  /** How much later every chunk arrives, either way. Set it before there are connections. */
  delayMs = 0;
  /** Connections that `judge` cut. */
  cuts = 0;
  readonly #pairs = new Set<Pair>();
  readonly #holes: Record<Direction, boolean> = { up: false, down: false };
  #lastId = 0;

  private constructor(
    private readonly server: Server,
    private readonly target: { readonly host: string; readonly port: number },
  ) {}

  static async start(target: { readonly host: string; readonly port: number }): Promise<TcpProxy> {
    const server = createServer({ pauseOnConnect: true });
    const proxy = new TcpProxy(server, target);
    server.on('connection', (client) => proxy.#join(client));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** The same URL with this proxy in place of its host and port. */
  through(url: string): string {
    const changed = new URL(url);
    changed.hostname = '127.0.0.1';
    changed.port = String(this.port);
    return changed.toString();
  }

  /** Starts or ends swallowing everything that goes this way, of present and future connections. */
  blackHole(direction: Direction, swallow: boolean): void {
    this.#holes[direction] = swallow;
    for (const pair of this.#pairs) this.#flow(pair);
  }

  /** Passes on what `judge` held. */
  letGo(): void {
    for (const pair of this.#pairs) {
      for (const direction of DIRECTIONS) {
        const chunk = pair.held[direction];
        pair.held[direction] = undefined;
        if (chunk !== undefined) pair.ends[opposite[direction]].write(chunk);
      }
      this.#flow(pair);
    }
  }

  /** Ends every connection at once. */
  cutAll(): void {
    for (const pair of this.#pairs) this.#end(pair);
  }

  async stop(): Promise<void> {
    this.cutAll();
    this.server.close();
    await once(this.server, 'close');
  }

  #join(client: Socket): void {
    const server = connect(this.target.port, this.target.host);
    for (const socket of [client, server]) socket.setNoDelay(true);
    // What comes from the client goes up.
    const pair: Pair = {
      id: (this.#lastId += 1),
      ends: { up: client, down: server },
      held: { up: undefined, down: undefined },
      ended: false,
    };
    this.#pairs.add(pair);
    for (const direction of DIRECTIONS) {
      const [from, to] = [pair.ends[direction], pair.ends[opposite[direction]]];
      from.on('data', (chunk: Buffer) => this.#pass(pair, direction, chunk, to));
      from.on('error', () => undefined);
      from.on('close', () => this.#closed(pair, direction));
      to.on('drain', () => this.#flow(pair));
    }
    this.#flow(pair);
  }

  #pass(pair: Pair, direction: Direction, chunk: Buffer, to: Socket): void {
    const verdict = this.judge(direction, chunk, pair.id);
    if (verdict === 'hold') {
      pair.held[direction] = chunk;
      pair.ends[direction].pause();
      return;
    }
    if (verdict !== 'pass') this.cuts += 1;
    if (verdict === 'cut') return this.#end(pair);
    if (verdict === 'pass-and-cut') {
      to.end(chunk);
      pair.ends[direction].destroy();
      return;
    }
    const write = () => {
      if (!to.write(chunk)) pair.ends[direction].pause();
    };
    // Timers of one length fire in the order in which they were set.
    if (this.delayMs > 0) setTimeout(write, this.delayMs);
    else write();
  }

  /** Lets each direction flow or not, as the holes have it. */
  #flow(pair: Pair): void {
    for (const direction of DIRECTIONS) {
      if (this.#holes[direction] || pair.held[direction]) pair.ends[direction].pause();
      else if (pair.ended && pair.ends[direction].destroyed) this.#end(pair);
      else pair.ends[direction].resume();
    }
  }

  /** One side is gone; the other hears of it unless that way is a black hole, and then when it is healed. */
  #closed(pair: Pair, direction: Direction): void {
    pair.ended = true;
    if (!this.#holes[direction]) this.#end(pair);
  }

  #end(pair: Pair): void {
    this.#pairs.delete(pair);
    for (const direction of DIRECTIONS) pair.ends[direction].destroy();
  }
}
