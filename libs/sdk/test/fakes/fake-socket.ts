import { decodeFrame, encodeItems, type Item } from '@queqiao/protocol/client';
import type { WebSocketLike } from '../../src/connection/web-socket.js';

/** One end of a WebSocket without a network: what is sent arrives in a later microtask, in order. */
export class FakeSocket implements WebSocketLike {
  binaryType = 'blob';
  readyState = 0;
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: never) => void) | null = null;
  onclose: ((event: never) => void) | null = null;
  onerror: ((event: never) => void) | null = null;
  /** A dead line: nothing arrives in either direction, and nobody is told. */
  cut = false;
  closed = false;

  constructor(
    private readonly server: {
      received(socket: FakeSocket, items: Item[]): void;
      closedByClient(socket: FakeSocket): void;
    },
  ) {}

  open(): void {
    queueMicrotask(() => {
      if (this.cut || this.closed) return;
      this.readyState = 1;
      (this.onopen as ((event: object) => void) | null)?.({});
    });
  }

  send(data: Uint8Array<ArrayBuffer>): void {
    if (this.closed) throw new Error('the socket is closed');
    const copy = data.slice();
    queueMicrotask(() => {
      if (!this.cut && !this.closed) this.server.received(this, decodeFrame(copy));
    });
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.server.closedByClient(this);
  }

  /** The server's side. */
  deliver(items: Item[]): void {
    const data = encodeItems(items).slice().buffer;
    queueMicrotask(() => {
      if (this.cut || this.closed) return;
      (this.onmessage as ((event: { data: unknown }) => void) | null)?.({ data });
    });
  }

  closeByServer(code: number, reason: string): void {
    queueMicrotask(() => {
      if (this.cut || this.closed) return;
      this.closed = true;
      (this.onclose as ((event: object) => void) | null)?.({ code, reason });
    });
  }
}
