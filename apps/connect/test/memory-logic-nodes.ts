/** Logic nodes in memory for the connect end of the link: real channels over streams that the test freezes, cuts and kills. */
import { LinkChannel, LinkMetrics, type FrameHandlers, type LinkFrame } from '@queqiao/link';
import { DownItem, UpItem, type Hello, type UpCall } from '@queqiao/protocol/link';
import { Registry } from '@queqiao/runtime';
import type { FakeClock } from '@queqiao/runtime/testing';
import type { LogicDialer, LogicNode } from '../src/link/index.js';

interface OpenStream {
  readonly handlers: FrameHandlers;
  open: boolean;
}

export class MemoryLogicNode implements LogicNode {
  readonly calls: UpCall[] = [];
  readonly outcomes: string[] = [];
  readonly hellos: Hello[] = [];
  channel: LinkChannel | undefined;
  /** A frozen node takes frames and connections, and answers nothing. */
  frozen = false;
  /** What a deaf node writes arrives, and nothing arrives at it. */
  deaf = false;
  alive = true;
  /** What its welcome says was chosen. */
  welcomes = { protocolMin: 1, protocolMax: 1 };
  /** Welcomes whoever comes, whichever boot is meant. */
  undiscerning = false;
  goodbyes = 0;
  onCall: (call: UpCall) => void = (call) => this.reply(call);
  #stream: OpenStream | undefined;

  constructor(
    private readonly network: MemoryNetwork,
    readonly nodeId: string,
    readonly bootId: string,
    readonly address: string,
  ) {}

  get streaming(): boolean {
    return this.#stream?.open ?? false;
  }

  reply(call: UpCall): void {
    this.send({
      $case: 'reply',
      value: { callId: call.callId, result: { $case: 'body', value: call.body } },
    });
  }

  send(item: NonNullable<DownItem['item']>): void {
    this.channel?.send(DownItem.encode({ item }).finish(), (outcome) => {
      this.outcomes.push(outcome);
    });
  }

  /** Writes a frame past the channel, as a defective node would. */
  inject(frame: LinkFrame): void {
    this.#stream?.handlers.onFrame(frame);
  }

  /** Breaks the open stream; `error` absent: in good order. */
  cut(error?: Error): void {
    const stream = this.#stream;
    if (stream?.open !== true) return;
    stream.open = false;
    this.channel?.detach();
    stream.handlers.onEnd(error);
  }

  kill(): void {
    this.alive = false;
    this.cut(new Error('connection reset'));
  }

  forget(): void {
    this.channel?.close();
    this.channel = undefined;
  }

  greet(stream: OpenStream, hello: Hello): void {
    this.hellos.push(hello);
    if (!this.undiscerning && hello.wantedBootId !== this.bootId) {
      stream.open = false;
      const error = Object.assign(new Error('another boot lives here'), { code: 5 });
      this.network.defer(() => stream.handlers.onEnd(error));
      return;
    }
    const resumes = this.channel !== undefined && hello.peerBootId === this.bootId;
    if (!resumes) this.#renew();
    const old = this.#stream;
    this.#stream = stream;
    const toConnect = (frame: LinkFrame): void =>
      this.network.defer(() => {
        if (stream.open && !this.frozen) stream.handlers.onFrame(frame);
      });
    toConnect({
      hello: {
        nodeId: this.nodeId,
        bootId: this.bootId,
        ...this.welcomes,
        peerBootId: resumes ? hello.bootId : '',
        received: this.channel?.received ?? 0,
        wantedBootId: '',
      },
      firstNumber: 0,
      ack: 0,
      items: [],
    });
    const pipe = {
      write: (frame: LinkFrame) => (toConnect(frame), true),
      onDrain: () => undefined,
      close: () => undefined,
    };
    this.channel?.attach(pipe, hello.received);
    if (old?.open !== true || old === stream) return;
    old.open = false;
    old.handlers.onEnd(new Error('replaced by a newer stream'));
  }

  receive(stream: OpenStream, frame: LinkFrame): void {
    if (this.#stream !== stream || this.frozen || this.deaf || this.channel === undefined) return;
    for (const bytes of this.channel.receive(frame)) {
      const { item } = UpItem.decode(bytes);
      if (item === undefined) continue;
      this.calls.push(item.value);
      this.onCall(item.value);
    }
  }

  #renew(): void {
    this.forget();
    this.channel = new LinkChannel(
      {
        clock: this.network.clock,
        metrics: new LinkMetrics(new Registry()),
        peer: 'connect',
        defer: (run) => this.network.defer(run),
      },
      { onDead: () => undefined, onStalled: () => undefined },
    );
  }
}

export class MemoryNetwork implements LogicDialer {
  readonly #nodes = new Map<string, MemoryLogicNode>();
  /** Runs after every single thing that settle lets happen. */
  onStep: () => void = () => undefined;
  #deferred: (() => void)[] = [];

  constructor(readonly clock: FakeClock) {}

  /** A node listens at the address from now on, in place of the one that did before. */
  start(nodeId: string, bootId: string, address = `${nodeId}:9093`): MemoryLogicNode {
    const node = new MemoryLogicNode(this, nodeId, bootId, address);
    this.#nodes.set(address, node);
    return node;
  }

  defer(run: () => void): void {
    this.#deferred.push(run);
  }

  open(address: string, handlers: FrameHandlers) {
    const node = this.#nodes.get(address);
    const stream: OpenStream = { handlers, open: true };
    if (node?.alive !== true) {
      stream.open = false;
      this.defer(() => handlers.onEnd(new Error('connection refused')));
    }
    return {
      write: (frame: LinkFrame): boolean => {
        this.defer(() => {
          if (!stream.open || node?.alive !== true || node.frozen || node.deaf) return;
          if (frame.hello === undefined) node.receive(stream, frame);
          else node.greet(stream, frame.hello);
        });
        return true;
      },
      onDrain: () => undefined,
      close: () => void (stream.open = false),
      goodbye: () => {
        stream.open = false;
        if (node !== undefined) node.goodbyes += 1;
      },
    };
  }

  /** Runs everything that is under way, promises included. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 3; quiet += 1) {
      const due = this.#deferred;
      this.#deferred = [];
      if (due.length > 0) quiet = -1;
      for (const run of due) {
        run();
        this.onStep();
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Lets time pass in small steps, with everything under way running between them. */
  async pass(ms: number, stepMs = 100): Promise<void> {
    await this.settle();
    for (let passed = 0; passed < ms; passed += stepMs) {
      this.clock.advance(Math.min(stepMs, ms - passed));
      await this.settle();
    }
  }
}
