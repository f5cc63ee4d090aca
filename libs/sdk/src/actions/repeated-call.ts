import type { Backoff } from '../backoff.js';
import type { Clock } from '../clock.js';
import type {
  Caller,
  MethodName,
  RequestOf,
  ResponseOf,
  ServiceDefinition,
} from '../connection/typed-call.js';
import { asQueqiaoError, QueqiaoError } from '../errors.js';
import type { Limits } from '../limits.js';
import { randomId } from './random-id.js';
import { SessionTurn } from './session-turn.js';

/** A request without the id under which it is repeated, which is made here. */
export type ChangeRequest<Service extends ServiceDefinition, Method extends MethodName<Service>> =
  RequestOf<Service, Method> extends { clientRequestId: string }
    ? Partial<Omit<RequestOf<Service, Method>, 'clientRequestId'>>
    : never;

/** Calls a method that changes something. Rejects with a QueqiaoError only. */
export type Changer = <Service extends ServiceDefinition, Method extends MethodName<Service>>(
  service: Service,
  method: Method,
  request: ChangeRequest<Service, Method>,
) => Promise<ResponseOf<Service, Method>>;

/**
 * Calls that change something, each repeated under one request id over any number of sessions until the server has answered
 * definitively, `maxCallAttempts` are used up, or the client ends. An error of effect `none` says that no attempt did anything.
 */
export class RepeatedCalls {
  #turn = new SessionTurn();
  #size = 0;

  constructor(
    private readonly deps: {
      readonly call: Caller;
      readonly clock: Clock;
      readonly limits: Limits;
      readonly newBackoff: () => Backoff;
    },
  ) {}

  get size(): number {
    return this.#size;
  }

  /** The client ends, or belongs to another user from now on: nothing is repeated any more. */
  abandon(): void {
    this.#turn.end();
    this.#turn = new SessionTurn();
  }

  readonly call: Changer = (service, method, request) => {
    // The id is made once; the type of the rest is that of the request by `ChangeRequest`.
    const repeated = { ...(request as object), clientRequestId: randomId() };
    return this.repeat(service, method, repeated as never);
  };

  /** The same for a method that needs no id: what it says is so afterwards, however often it is said. */
  readonly repeat: Caller = async (service, method, request) => {
    const { maxRepeatedCalls: limit } = this.deps.limits;
    if (this.#size >= limit) {
      const message = `${limit} changes wait for their answers`;
      throw new QueqiaoError('LIMIT_EXCEEDED', message, { field: 'maxRepeatedCalls' });
    }
    this.#size += 1;
    try {
      return await this.#repeat(() => this.deps.call(service, method, request));
    } finally {
      this.#size -= 1;
    }
  };

  async #repeat<Response>(attempt: () => Promise<Response>): Promise<Response> {
    const turn = this.#turn;
    const backoff = this.deps.newBackoff();
    let effect: QueqiaoError['effect'] = 'none';
    for (let made = 1; ; made += 1) {
      try {
        return await attempt();
      } catch (failure) {
        const error = asQueqiaoError(failure);
        if (!error.retryable) throw error;
        if (error.effect === 'unknown') effect = 'unknown';
        if (made >= this.deps.limits.maxCallAttempts || !turn.alive)
          throw ofAllAttempts(error, effect);
        await turn.sleep(this.deps.clock, Math.max(error.retryAfterMs, backoff.next()));
        if (!turn.alive) throw ofAllAttempts(error, effect);
      }
    }
  }
}

/** What the last attempt says of itself does not hold for those before it. */
function ofAllAttempts(error: QueqiaoError, effect: QueqiaoError['effect']): QueqiaoError {
  if (error.effect === effect) return error;
  const { code, message, field, retryAfterMs, requestId, cause } = error;
  return new QueqiaoError(code, message, { field, retryAfterMs, requestId, cause, effect });
}
