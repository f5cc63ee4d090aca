import { eventually, TcpProxy } from '@queqiao/testkit';

const COM_QUERY = 3;
const HEADER_BYTES = 4;
/** MySQL is sent query attributes before the text: here always none. MariaDB has no such thing. */
const NO_ATTRIBUTES = '\0\x01';
/**
 * What a node says to its database by itself: claims of the recovery and of jobs, events that get their places and whose apps want them, what apps
 * have, groups on their way to be large, webhooks that it has, pings, its health, the set-up of a connection.
 */
const OWN_BUSINESS =
  /^(?:do 0|select 1$|set |show |start transaction|begin|commit|rollback|SELECT app_id FROM apps|SELECT COUNT\(\*\) AS found, MAX|SELECT owner FROM webhooks)|`owner` = |\b(?:webhook_waits|log_epoch|dispatch|large_crossings|broadcasts_by_due|erasures_by_due|erasures_by_turn|erasures_by_version|imported_sender_searches|app_usage_by_due|webhook_nodes|moment_jobs|event_outbox|app_event_heads)\b/i;

/** Stands between a node and its database, and reads every statement as it is sent. */
export class StatementTap {
  #statements: string[] = [];
  #heldFrom = Infinity;

  private constructor(
    readonly url: string,
    private readonly proxy: TcpProxy,
  ) {
    const readers = new Map<number, PacketReader>();
    proxy.judge = (direction, chunk, connection) => {
      if (direction === 'up') {
        const reader = readers.get(connection) ?? new PacketReader();
        readers.set(connection, reader);
        this.#statements.push(...reader.statements(chunk));
        return 'pass';
      }
      return this.isHeld ? 'hold' : 'pass';
    };
  }

  static async start(url: string): Promise<StatementTap> {
    const { hostname, port } = new URL(url);
    const proxy = await TcpProxy.start({ host: hostname, port: Number(port) });
    return new StatementTap(proxy.through(url), proxy);
  }

  /** What is sent while `work` runs, without what the node does by itself. */
  async during(work: () => Promise<unknown>): Promise<string[]> {
    this.#statements = [];
    await work();
    return this.ofCalls;
  }

  /** From the `nth` statement on that is sent now nothing is answered, until `letGo`. */
  hold(nth: number): void {
    this.#statements = [];
    this.#heldFrom = nth;
  }

  /** Resolves when that statement was sent. */
  async held(): Promise<void> {
    await eventually('a statement is held', () => this.isHeld);
  }

  letGo(): void {
    this.#heldFrom = Infinity;
    this.proxy.letGo();
  }

  /** What was sent since `during` or `hold`, without what the node does by itself. */
  get ofCalls(): string[] {
    return this.#statements.filter((sql) => !OWN_BUSINESS.test(sql.trimStart()));
  }

  get isHeld(): boolean {
    return this.ofCalls.length >= this.#heldFrom;
  }

  /** Whether a statement was sent since `during` or `hold`, also of what the node does by itself. */
  hasSent(pattern: RegExp): boolean {
    return this.#statements.some((sql) => pattern.test(sql));
  }

  /** Resolves when a statement was sent since `during` was last begun, or since the start. */
  async sent(pattern: RegExp): Promise<void> {
    await eventually(`${String(pattern)} was sent`, () => this.hasSent(pattern));
  }

  stop(): Promise<void> {
    return this.proxy.stop();
  }
}

/** Of one connection: a packet has its length in three bytes, its place in the exchange in one, and then the command. */
class PacketReader {
  #held = Buffer.alloc(0);

  statements(chunk: Buffer): string[] {
    this.#held = Buffer.concat([this.#held, chunk]);
    const found: string[] = [];
    while (this.#held.length >= HEADER_BYTES) {
      const end = HEADER_BYTES + this.#held.readUIntLE(0, 3);
      if (this.#held.length < end) break;
      const begins = this.#held[3] === 0 && this.#held[HEADER_BYTES] === COM_QUERY;
      if (begins)
        found.push(this.#held.toString('utf8', HEADER_BYTES + 1, end).replace(NO_ATTRIBUTES, ''));
      this.#held = this.#held.subarray(end);
    }
    return found;
  }
}
