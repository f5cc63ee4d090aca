import { eventually, TcpProxy } from '@queqiao/testkit';

const COM_QUERY = 3;
const HEADER_BYTES = 4;
/** MySQL is sent query attributes before the text: here always none. MariaDB has no such thing. */
const NO_ATTRIBUTES = '\0\x01';
/** Beginnings and ends of transactions that are sent alone, pings, the set-up of a connection: they ask for nothing. */
const FRAME =
  /^(?:do 0|select 1|set .*|show .*|start transaction(?: read only)?|begin|commit|rollback)$/i;
/** Alone, or at the end of several statements that are sent together. */
const COMMIT = /(?:^|;)commit$/i;

/** Stands between a node and its database, and reads every statement as it is sent: of calls alone while the node rests (`StillClock`). */
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

  /** What is sent while `work` runs. */
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

  /** What was sent since `during` or `hold`. */
  get ofCalls(): string[] {
    return asking(this.#statements);
  }

  /** The same up to the first commit, which is part of it if it was not sent alone. */
  get untilCommit(): string[] {
    const at = this.#statements.findIndex(commits);
    return asking(at < 0 ? this.#statements : this.#statements.slice(0, at + 1));
  }

  get isHeld(): boolean {
    return this.ofCalls.length >= this.#heldFrom;
  }

  /** Whether a statement was sent since `during` or `hold`, also one that asks for nothing. */
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

/** Whether it ends what it is part of. */
export function commits(statement: string): boolean {
  return COMMIT.test(statement);
}

function asking(statements: readonly string[]): string[] {
  return statements.filter((sql) => !FRAME.test(sql));
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
