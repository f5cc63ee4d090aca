import { addService, createGrpcServer, startServer, stopServer } from '@queqiao/grpc-kit';
import { LinkServiceDefinition } from '@queqiao/protocol/link';
import { attachStreamOf } from './attach-stream.js';
import type { ConnectLinkHub } from './connect-link-hub.js';

/** One frame holds one item of any size, or small ones up to 32 KiB. */
const MAX_FRAME_BYTES = 16 * 1024 * 1024;

/** The internal gRPC server of the link. It has no authentication: the network must keep everybody but connect away. */
export class LinkServer {
  readonly #server;
  readonly #hub: ConnectLinkHub;
  readonly #options;

  constructor(deps: { hub: ConnectLinkHub }, options: { host: string; port: number }) {
    this.#hub = deps.hub;
    this.#options = options;
    this.#server = createGrpcServer({ maxMessageBytes: MAX_FRAME_BYTES });
    addService(
      this.#server,
      LinkServiceDefinition,
      { attach: (call) => this.#hub.accept(attachStreamOf(call)) },
      { newRequestId: () => '' },
    );
  }

  /** Resolves with the port, which is interesting when 0 was asked for. */
  start(): Promise<number> {
    return startServer(this.#server, this.#options.host, this.#options.port);
  }

  /** Ends all streams, then the server; what is not done after `deadlineMs` is cut. */
  async stop(deadlineMs: number): Promise<void> {
    this.#hub.stop();
    await stopServer(this.#server, deadlineMs);
  }
}
