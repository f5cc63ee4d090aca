/** A connect node as the logic end of the link sees it: a real gRPC stream with a real channel on it. */
import { createGrpcClient } from '@queqiao/grpc-kit';
import { DuplexFrameStream, LinkChannel, LinkMetrics, type LinkFrame } from '@queqiao/link';
import {
  DownItem,
  LinkServiceDefinition,
  UpItem,
  type AttachRequest,
  type AttachResponse,
  type Hello,
  type UpCall,
} from '@queqiao/protocol/link';
import { Registry, systemClock } from '@queqiao/runtime';

export class LinkClient {
  readonly items: NonNullable<DownItem['item']>[] = [];
  readonly endings: string[] = [];
  readonly welcomes: Hello[] = [];
  draining = false;
  /** Leaves frames unread, so that nothing is acknowledged. */
  deaf = false;
  channel: LinkChannel | undefined;
  #peerBootId = '';
  #call: { cancel(): void; end(): unknown; pause(): unknown } | undefined;
  #frames: DuplexFrameStream<AttachResponse, AttachRequest> | undefined;
  #clients: { close(): void }[] = [];

  constructor(
    private readonly port: number,
    private readonly node: { nodeId: string; bootId: string },
  ) {}

  /** Opens a stream; an already open one stays open, as a half-open one does. */
  attach(hello: Partial<Hello> = {}): void {
    const stream = this.#open((frame) => this.#frame(stream, frame));
    stream.write({
      hello: {
        ...this.node,
        protocolMin: 1,
        protocolMax: 1,
        peerBootId: this.channel === undefined ? '' : this.#peerBootId,
        received: this.channel?.received ?? 0,
        wantedBootId: '',
        ...hello,
      },
      firstNumber: 0,
      ack: 0,
      items: [],
    });
  }

  /** Opens a stream and writes a frame without any hello. */
  attachRudely(): void {
    this.#open(() => undefined).write({ firstNumber: 1, ack: 0, items: [] });
  }

  attachSilently(): void {
    this.#open(() => undefined);
  }

  call(callId: number, body: string, timeoutMs = 5_000): void {
    const call: UpCall = {
      callId,
      caller: undefined,
      method: 'test.v1.Test/Echo',
      body: new TextEncoder().encode(body),
      codec: 1,
      timeoutMs,
      requestId: `r${callId}`,
    };
    this.channel?.send(UpItem.encode({ item: { $case: 'call', value: call } }).finish());
  }

  /** Call ids and bodies of the replies, in order; an error reply is 'error'. */
  replies(): string[] {
    return this.items.flatMap((item) => {
      if (item.$case !== 'reply') return [];
      const { callId, result } = item.value;
      const body = result?.$case === 'body' ? new TextDecoder().decode(result.value) : 'error';
      return [`${callId}:${body}`];
    });
  }

  /** Sessions that deliver items name, in order. */
  delivered(): number[] {
    return this.items.flatMap((item) => (item.$case === 'deliver' ? item.value.sessions : []));
  }

  cut(): void {
    this.channel?.detach();
    this.#call?.cancel();
  }

  goodbye(): void {
    this.#frames?.write({ firstNumber: 0, ack: 0, items: [], goodbye: true });
    this.#call?.end();
  }

  close(): void {
    this.cut();
    this.channel?.close();
    for (const client of this.#clients) client.close();
  }

  #open(onFrame: (frame: LinkFrame) => void) {
    const client = createGrpcClient(LinkServiceDefinition, `127.0.0.1:${this.port}`, {
      ownConnection: true,
    });
    this.#clients.push(client);
    const call = client.attach();
    this.#call = call;
    const frames = new DuplexFrameStream<AttachResponse, AttachRequest>(
      call,
      {
        encode: (frame) => ({
          hello: frame.hello,
          firstNumber: frame.firstNumber,
          ack: frame.ack,
          items: frame.items,
          goodbye: frame.goodbye ?? false,
        }),
        decode: ({ welcome, ...rest }) => ({ ...rest, hello: welcome }),
        close: () => call.cancel(),
      },
      {
        onFrame,
        onEnd: (error) =>
          void this.endings.push(
            error === undefined ? 'ok' : String((error as { code?: unknown }).code),
          ),
      },
    );
    this.#frames = frames;
    return frames;
  }

  #frame(stream: DuplexFrameStream<AttachResponse, AttachRequest>, frame: LinkFrame): void {
    if (frame.draining) this.draining = true;
    if (frame.hello !== undefined) {
      this.#welcomed(stream, frame.hello);
      return;
    }
    if (this.deaf) return;
    for (const bytes of this.channel?.receive(frame) ?? []) {
      const { item } = DownItem.decode(bytes);
      if (item !== undefined) this.items.push(item);
    }
  }

  #welcomed(stream: DuplexFrameStream<AttachResponse, AttachRequest>, welcome: Hello): void {
    this.welcomes.push(welcome);
    this.#peerBootId = welcome.bootId;
    const resumed = welcome.peerBootId === this.node.bootId && this.channel !== undefined;
    if (!resumed) {
      this.channel?.close();
      this.channel = new LinkChannel(
        { clock: systemClock, metrics: new LinkMetrics(new Registry()), peer: 'logic' },
        { onDead: () => undefined, onStalled: () => undefined },
      );
    }
    this.channel?.attach(stream, resumed ? welcome.received : 0);
  }
}
