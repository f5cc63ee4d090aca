import { gaugeIn, type Clock, type Registry } from '@queqiao/runtime';
import { demandWanted, type Cancellation } from '../usecase/caller.js';
import { STANDING_MAX_AGE_MS } from '../usecase/session/standing.js';

/** For clocks of nodes that do not run equally fast, and timers that fire early. */
const MARGIN_MS = 100;
/** From the commit of what ends tokens to its answer. No node's public door takes what was read before the commit any more then. */
export const SETTLE_MS = STANDING_MAX_AGE_MS + MARGIN_MS;

/** Methods that change which tokens are taken. */
export const SETTLED_METHODS: ReadonlySet<string> = new Set([
  'queqiao.server.v1.TokenService/RevokeToken',
  'queqiao.server.v1.UserService/SignOutUser',
  'queqiao.server.v1.UserService/BanUser',
  'queqiao.server.v1.UserService/UnbanUser',
  'queqiao.server.v1.UserService/EraseUser',
  'queqiao.client.v1.DeviceService/SignOutDevice',
]);

/**
 * Holds an answer back until what it says is so on every node. Nobody is told and nobody is asked: each node keeps what it has read
 * for a known time, and that time passes wherever the node is and whatever it hears.
 */
export class Settling {
  readonly #calls;

  constructor(private readonly deps: { readonly clock: Clock; readonly metrics: Registry }) {
    this.#calls = gaugeIn(deps.metrics, {
      name: 'queqiao_api_settling_calls',
      help: 'Calls that are carried out and wait until no node takes what was read before them',
    });
  }

  /** Resolves at once for most methods. Rejects with DEADLINE_EXCEEDED when nobody waits any more: what was done stays done. */
  async settle(path: string, signal: Cancellation): Promise<void> {
    if (!SETTLED_METHODS.has(path)) return;
    this.#calls.inc();
    try {
      await this.deps.clock.sleep(SETTLE_MS);
    } finally {
      this.#calls.dec();
    }
    demandWanted(signal);
  }
}
