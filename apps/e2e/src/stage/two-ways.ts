import { randomBytes } from 'node:crypto';
import { DomainError } from '@queqiao/domain';
import type { GenericServiceDefinition, RequestOf, ResponseOf } from '@queqiao/grpc-kit';
import { mustEqual } from './demands.js';

type Name<D extends GenericServiceDefinition> = keyof D['methods'] & string;
type Req<D extends GenericServiceDefinition, N extends Name<D>> = RequestOf<D['methods'][N]>;
type Res<D extends GenericServiceDefinition, N extends Name<D>> = ResponseOf<D['methods'][N]>;

/** Leads to one logic node. What a request leaves out has its default. Rejects with DomainError. */
export interface Way {
  call<D extends GenericServiceDefinition, N extends Name<D>>(
    service: D,
    name: N,
    request: Partial<Req<D, N>>,
  ): Promise<Res<D, N>>;
}

/** Somebody who does everything through both logic nodes. */
export abstract class TwoWays {
  #turn = 0;

  protected abstract readonly ways: readonly [Way, Way];

  /** A call that changes something, one way, and repeated the other way: both are answered the same. */
  async does<D extends GenericServiceDefinition, N extends Name<D>>(
    service: D,
    name: N,
    request: Partial<Req<D, N>>,
  ): Promise<Res<D, N>> {
    const [first, second] = this.inTurn(this.ways);
    const whole = { clientRequestId: newId(), ...request };
    const answer = await first.call(service, name, whole);
    mustEqual(await second.call(service, name, whole), answer);
    return answer;
  }

  /** What is answered both ways. */
  async reads<D extends GenericServiceDefinition, N extends Name<D>>(
    service: D,
    name: N,
    request: Partial<Req<D, N>>,
  ): Promise<Res<D, N>> {
    const [first, second] = this.inTurn(this.ways);
    const answer = await first.call(service, name, request);
    mustEqual(await second.call(service, name, request), answer);
    return answer;
  }

  /** Code and field with which a call is refused both ways, each under an id of its own. */
  async refused<D extends GenericServiceDefinition, N extends Name<D>>(
    service: D,
    name: N,
    request: Partial<Req<D, N>>,
  ): Promise<string> {
    const failures = this.inTurn(this.ways).map((way) => {
      return failureOf(way.call(service, name, { clientRequestId: newId(), ...request }));
    });
    const [first = '', second] = await Promise.all(failures);
    mustEqual(second, first);
    return first;
  }

  /** The one whose turn it is first. */
  protected inTurn<W>([one, other]: readonly [W, W]): [W, W] {
    this.#turn += 1;
    return this.#turn % 2 === 0 ? [other, one] : [one, other];
  }
}

export function newId(): string {
  return randomBytes(8).toString('hex');
}

/** Code, and the field where one is named. */
export async function failureOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return spelled(error);
  }
  throw new Error('the call was answered');
}

export function spelled({ code, field }: DomainError): string {
  return field === '' ? code : `${code} ${field}`;
}
