import { DomainError, type ErrorCode } from '@queqiao/domain';
import {
  counterIn,
  gaugeIn,
  histogramIn,
  type Clock,
  type Logger,
  type Registry,
} from '@queqiao/runtime';

export type Door = 'link' | 'grpc';

/** Label of methods that do not exist, whatever their names: labels must stay few. */
const UNKNOWN_METHOD = 'unknown';

export interface ObservedCall {
  readonly door: Door;
  /** Null: there is no such method. */
  readonly method: string | null;
  readonly requestId: string;
}

export interface CallObserverDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registry: Registry;
  /** What an adapter's error means to a caller; undefined: a defect. */
  readonly translate: (error: unknown) => DomainError | undefined;
}

/** Tells whose call it is once that is known; for the access log only, never a label. */
export type NoteApp = (appId: string) => void;

export type Outcome = { readonly body: Uint8Array } | { readonly error: DomainError };

/** Times, counts and logs every call, and turns whatever it throws into an error of the table. Bodies are never logged. */
export class CallObserver {
  readonly #deps: CallObserverDeps;
  readonly #calls;
  readonly #seconds;
  readonly #inFlight;

  constructor(deps: CallObserverDeps) {
    this.#deps = deps;
    this.#calls = counterIn(deps.registry, {
      name: 'queqiao_api_calls_total',
      help: 'Calls by door, method and code; OK is a code too',
      labelNames: ['door', 'method', 'code'] as const,
    });
    this.#seconds = histogramIn(deps.registry, {
      name: 'queqiao_api_call_seconds',
      help: 'Time from a call to its answer',
      labelNames: ['door', 'method'] as const,
      buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10],
    });
    this.#inFlight = gaugeIn(deps.registry, {
      name: 'queqiao_api_calls_in_flight',
      help: 'Calls that are being answered',
      labelNames: ['door'] as const,
    });
  }

  /** Never rejects. */
  async observe(
    call: ObservedCall,
    work: (noteApp: NoteApp) => Promise<Uint8Array>,
  ): Promise<Outcome> {
    const { door } = call;
    const startedAt = this.#deps.clock.monotonic();
    let appId = '';
    this.#inFlight.inc({ door });
    try {
      const body = await work((known) => {
        appId = known;
      });
      this.#finish({ ...call, appId }, 'OK', startedAt);
      return { body };
    } catch (thrown) {
      const error = this.#toDomainError(thrown, call);
      this.#finish({ ...call, appId }, error.code, startedAt);
      return { error };
    } finally {
      this.#inFlight.dec({ door });
    }
  }

  /** The same for an answer that goes on: one call from its begin to its end, whoever ends it. */
  async *observeStream(
    call: ObservedCall,
    work: (noteApp: NoteApp) => AsyncIterable<Uint8Array>,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const { door } = call;
    const startedAt = this.#deps.clock.monotonic();
    let appId = '';
    let code: ErrorCode | 'OK' = 'OK';
    this.#inFlight.inc({ door });
    try {
      yield* work((known) => {
        appId = known;
      });
    } catch (thrown) {
      const error = this.#toDomainError(thrown, call);
      ({ code } = error);
      throw error;
    } finally {
      this.#inFlight.dec({ door });
      this.#finish({ ...call, appId }, code, startedAt);
    }
  }

  #toDomainError(thrown: unknown, call: ObservedCall): DomainError {
    if (thrown instanceof DomainError) return thrown;
    const known = this.#deps.translate(thrown);
    const { method, requestId } = call;
    if (known) {
      this.#deps.logger.warn({ err: thrown, method, requestId }, 'call failed for now');
      return known;
    }
    this.#deps.logger.error({ err: thrown, method, requestId }, 'call failed by a defect');
    return new DomainError('INTERNAL', 'internal error');
  }

  #finish(call: ObservedCall & { appId: string }, code: ErrorCode | 'OK', startedAt: number): void {
    const { door, requestId, appId } = call;
    const method = call.method ?? UNKNOWN_METHOD;
    const ms = this.#deps.clock.monotonic() - startedAt;
    this.#calls.inc({ door, method, code });
    this.#seconds.observe({ door, method }, ms / 1_000);
    this.#deps.logger.debug({ door, method, code, requestId, appId, ms }, 'call');
  }
}
