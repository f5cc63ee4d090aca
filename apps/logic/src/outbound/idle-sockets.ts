import type { Agent } from 'node:http';
import type { Duplex } from 'node:stream';

/** Connections that a node keeps open for the next request, to all hosts together. */
export const OUTBOUND_MAX_IDLE_SOCKETS = 256;

/** Connections that wait for another request. Of too many the one that waits longest is ended, whoever's it is. */
export class IdleSockets {
  /** Each with how its end is heard of. */
  readonly #sockets = new Map<Duplex, () => void>();

  constructor(private readonly onCount: (count: number) => void = () => undefined) {}

  /** An agent by itself bounds those to one host, and hosts are as many as tenants name. */
  watch<A extends Agent>(agent: A): A {
    const keep = agent.keepSocketAlive.bind(agent) as (socket: Duplex) => boolean;
    const reuse = agent.reuseSocket.bind(agent);
    const keepSocketAlive = (socket: Duplex): boolean => {
      const kept = keep(socket);
      if (kept) this.#add(socket);
      return kept;
    };
    agent.keepSocketAlive = keepSocketAlive;
    agent.reuseSocket = (socket, request) => {
      this.#remove(socket);
      reuse(socket, request);
    };
    return agent;
  }

  #add(socket: Duplex): void {
    const gone = (): void => this.#remove(socket);
    socket.once('close', gone);
    this.#sockets.set(socket, gone);
    const [longest] = this.#sockets.keys();
    if (this.#sockets.size > OUTBOUND_MAX_IDLE_SOCKETS && longest !== undefined) {
      this.#remove(longest);
      longest.destroy();
    }
    this.onCount(this.#sockets.size);
  }

  #remove(socket: Duplex): void {
    const gone = this.#sockets.get(socket);
    if (gone === undefined) return;
    socket.off('close', gone);
    this.#sockets.delete(socket);
    this.onCount(this.#sockets.size);
  }
}
