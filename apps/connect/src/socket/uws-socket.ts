import type { WebSocket } from 'uWebSockets.js';
import type { ItemCodec, SessionSocket, SocketOrigin, WriteOutcome } from '../session/ports.js';
import type { Session } from '../session/session.js';

const OUTCOMES = ['buffered', 'sent', 'dropped'] as const satisfies readonly WriteOutcome[];

/** What the transport keeps per connection: it copies own properties, so an object with methods must be inside. */
export interface UserData {
  readonly socket: UwsSocket;
}

/** The one owner of a uWebSockets.js socket, whose methods throw once it has closed. */
export class UwsSocket implements SessionSocket {
  #ws: WebSocket<UserData> | null = null;
  session: Session | null = null;

  constructor(
    readonly codec: ItemCodec,
    /** Until the session has it. */
    public source: SocketOrigin | null,
  ) {}

  attach(ws: WebSocket<UserData>): void {
    this.#ws = ws;
  }

  /** Forgets the socket: from here on every method does nothing. */
  detach(): void {
    this.#ws = null;
  }

  write(message: Uint8Array): WriteOutcome {
    if (this.#ws === null) return 'dropped';
    return OUTCOMES[this.#ws.send(message, this.codec.name === 'proto')] ?? 'dropped';
  }

  bufferedBytes(): number {
    return this.#ws?.getBufferedAmount() ?? 0;
  }

  /** The transport calls its close handler from within `end`. */
  end(code: number, reason: string): void {
    const ws = this.#ws;
    this.#ws = null;
    ws?.end(code, reason);
  }

  cut(): void {
    const ws = this.#ws;
    this.#ws = null;
    ws?.close();
  }
}
