import { createGrpcClient } from '@queqiao/grpc-kit';
import {
  DownItem,
  LinkServiceDefinition,
  UpCall,
  UpItem,
  type AttachResponse,
  type CallReply,
} from '@queqiao/protocol/link';

/** Well below the silence after which the other end takes this one for dead. */
const HEARTBEAT_MS = 1_000;

/** The connect end of a link, as small as can be for calls: it numbers, acknowledges, is never silent for long and matches replies. */
export class LinkCaller {
  readonly down: DownItem[] = [];
  draining = false;
  readonly ended: Promise<void>;
  readonly #client;
  readonly #stream;
  readonly #waiting = new Map<number, (reply: CallReply) => void>();
  readonly #listeners: (() => void)[] = [];
  readonly #heartbeat = setInterval(() => this.#acknowledge(), HEARTBEAT_MS).unref();
  #sent = 0;
  #received = 0;
  #calls = 0;

  constructor(address: string, node: { nodeId: string; bootId: string }) {
    this.#client = createGrpcClient(LinkServiceDefinition, address);
    this.#stream = this.#client.attach();
    this.#stream.on('data', (frame: AttachResponse) => this.#receive(frame));
    this.ended = new Promise((resolve) => {
      this.#stream.on('error', () => resolve());
      this.#stream.on('end', () => resolve());
    });
    void this.ended.then(() => clearInterval(this.#heartbeat));
    const range = { protocolMin: 1, protocolMax: 1 };
    const hello = { ...node, ...range, peerBootId: '', received: 0, wantedBootId: '' };
    this.#stream.write({ hello, firstNumber: 0, ack: 0, items: [], goodbye: false });
  }

  call(call: Partial<UpCall>): Promise<CallReply> {
    const callId = ++this.#calls;
    const defaults = UpCall.create({ timeoutMs: 10_000, requestId: `r${callId}` });
    const value = { ...defaults, ...call, callId };
    const items = [UpItem.encode({ item: { $case: 'call', value } }).finish()];
    const reply = new Promise<CallReply>((resolve) => this.#waiting.set(callId, resolve));
    this.#sent += 1;
    this.#stream.write({
      hello: undefined,
      firstNumber: this.#sent,
      ack: this.#received,
      items,
      goodbye: false,
    });
    return reply;
  }

  /** Resolves when `test` holds for what has come down. */
  until(test: (caller: LinkCaller) => boolean): Promise<void> {
    if (test(this)) return Promise.resolve();
    return new Promise((resolve) => {
      this.#listeners.push(() => {
        if (test(this)) resolve();
      });
    });
  }

  close(): void {
    clearInterval(this.#heartbeat);
    this.#stream.end();
    this.#client.close();
  }

  #receive(frame: AttachResponse): void {
    if (frame.draining) this.draining = true;
    for (const bytes of frame.items) {
      this.#received += 1;
      const down = DownItem.decode(bytes);
      if (down.item?.$case === 'reply') {
        this.#waiting.get(down.item.value.callId)?.(down.item.value);
        this.#waiting.delete(down.item.value.callId);
      } else this.down.push(down);
    }
    if (frame.items.length > 0) this.#acknowledge();
    for (const listener of this.#listeners) listener();
  }

  #acknowledge(): void {
    const nothing = { hello: undefined, firstNumber: 0, items: [], goodbye: false };
    this.#stream.write({ ...nothing, ack: this.#received });
  }
}
