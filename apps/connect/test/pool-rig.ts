import { DomainError } from '@queqiao/domain';
import { CallMetrics, LinkMetrics } from '@queqiao/link';
import type { Deliver, ResyncSessions } from '@queqiao/protocol/link';
import { Registry } from '@queqiao/runtime';
import { FakeClock, silentLogger } from '@queqiao/runtime/testing';
import { LogicPool, type LogicNode, type LogicPoolOptions } from '../src/link/index.js';
import { MemoryNetwork, type MemoryLogicNode } from './memory-logic-nodes.js';

export const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** The connect end of all links, with logic nodes in memory and a clock that the test moves. */
export class PoolRig {
  readonly clock = new FakeClock();
  readonly network = new MemoryNetwork(this.clock);
  readonly delivered: Deliver[] = [];
  readonly resyncs: ResyncSessions[] = [];
  /** What the directory answers. */
  listed: LogicNode[] | Error = [];
  registry = new Registry();
  pool = this.makePool();

  makePool(options: Partial<LogicPoolOptions> = {}): LogicPool {
    this.registry = new Registry();
    return new LogicPool(
      {
        discovery: {
          liveNodes: () =>
            this.listed instanceof Error
              ? Promise.reject(this.listed)
              : Promise.resolve(this.listed),
        },
        dialer: this.network,
        handlers: {
          deliver: (item) => void this.delivered.push(item),
          largeDeliver: () => undefined,
          largeCrossing: () => undefined,
          kick: () => undefined,
          resync: (item) => void this.resyncs.push(item),
        },
        clock: this.clock,
        logger: silentLogger(),
        metrics: new LinkMetrics(this.registry),
        callMetrics: new CallMetrics(this.registry),
        defer: (run) => this.network.defer(run),
      },
      { nodeId: 'connect-0', bootId: 'c0', random: () => 0.5, ...options },
    );
  }

  /** Starts a call and keeps its outcome: the body, or the code of the error. */
  call(key: string, timeoutMs = 10_000): { outcome: string | undefined } {
    const state: { outcome: string | undefined } = { outcome: undefined };
    const input = { key, method: 'a.b/C', body: text(key), codec: 'proto' as const, timeoutMs };
    this.pool.call({ ...input, requestId: 'r' }).then(
      (reply) => {
        state.outcome = 'body' in reply ? new TextDecoder().decode(reply.body) : 'error';
      },
      (error: unknown) => {
        state.outcome = error instanceof DomainError ? error.code : 'not a DomainError';
      },
    );
    return state;
  }

  async withNodes(...names: string[]): Promise<MemoryLogicNode[]> {
    const nodes = names.map((name) => this.network.start(name, `${name}-boot`));
    this.listed = [...nodes];
    this.pool.start();
    await this.network.pass(200);
    return nodes;
  }
}
