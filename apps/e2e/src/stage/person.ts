import { randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { DomainError } from '@queqiao/domain';
import type { GenericServiceDefinition, RequestOf, ResponseOf } from '@queqiao/grpc-kit';
import type { MemberState } from '@queqiao/protocol/client';
import { mustEqual, mustHold } from './demands.js';
import { duringStay, toldBy, type Told } from './heard-log.js';
import type { Sleeper } from './sleeper.js';
import type { StageDevice } from './stage-device.js';

export function newId(): string {
  return randomBytes(8).toString('hex');
}

type Name<D extends GenericServiceDefinition> = keyof D['methods'] & string;
type Req<D extends GenericServiceDefinition, N extends Name<D>> = RequestOf<D['methods'][N]>;
type Res<D extends GenericServiceDefinition, N extends Name<D>> = ResponseOf<D['methods'][N]>;

/** A user with two devices that are online, on different connect nodes and calling different logic nodes, and one that is not. */
export class Person {
  #turn = 0;

  constructor(
    readonly id: string,
    readonly phone: StageDevice,
    readonly desk: StageDevice,
    readonly tablet: Sleeper,
  ) {}

  get feed(): string {
    return `s:${this.id}`;
  }

  get devices(): readonly [StageDevice, StageDevice] {
    return [this.phone, this.desk];
  }

  /** A call that changes something, by one device, and repeated by the other: both are answered the same. */
  async does<D extends GenericServiceDefinition, N extends Name<D>>(
    service: D,
    name: N,
    request: Partial<Req<D, N>>,
  ): Promise<Res<D, N>> {
    const [first, second] = this.#inTurn();
    const whole = { clientRequestId: newId(), ...request };
    const answer = await first.call(service, name, whole);
    mustEqual(await second.call(service, name, whole), answer);
    return answer;
  }

  /** What both devices are answered, through both logic nodes. */
  async reads<D extends GenericServiceDefinition, N extends Name<D>>(
    service: D,
    name: N,
    request: Partial<Req<D, N>>,
  ): Promise<Res<D, N>> {
    const [first, second] = this.#inTurn();
    const answer = await first.call(service, name, request);
    mustEqual(await second.call(service, name, request), answer);
    return answer;
  }

  /** Code and field with which both devices are refused, each under an id of its own. */
  async refused<D extends GenericServiceDefinition, N extends Name<D>>(
    service: D,
    name: N,
    request: Partial<Req<D, N>>,
  ): Promise<string> {
    const failures = this.#inTurn().map((device) => {
      return failureOf(device.call(service, name, { clientRequestId: newId(), ...request }));
    });
    const [first = '', second] = await Promise.all(failures);
    mustEqual(second, first);
    return first;
  }

  /** A message by one device, repeated by the other: one entry, which both devices and the listeners are told. */
  async says(conversationId: string, words: string, ...listeners: Person[]): Promise<number> {
    const [first, second] = this.#inTurn();
    const clientMsgId = newId();
    const seq = await first.send(conversationId, clientMsgId, words);
    mustEqual(await second.send(conversationId, clientMsgId, words), seq);
    const told = { by: this.id, text: { text: words } };
    for (const person of [this, ...listeners]) await person.hears(conversationId, told);
    return seq;
  }

  /** Code with which a message is refused to both devices. */
  async cannotSay(conversationId: string): Promise<string> {
    const failures = this.devices.map((device) => {
      return failureOf(device.send(conversationId, newId(), 'unheard'));
    });
    const [first = '', second] = await Promise.all(failures);
    mustEqual(second, first);
    return first;
  }

  /** Both devices are pushed these entries of a log next, in this order. */
  async hears(conversationId: string, ...wanted: readonly Told[]): Promise<void> {
    for (const device of this.devices) {
      for (const told of wanted) {
        mustHold(toldBy(await device.next(conversationId)), told, device.name);
      }
    }
  }

  /** Both devices are pushed a state of the conversation that has all of this. */
  async holds(conversationId: string, wanted: Partial<MemberState>): Promise<void> {
    for (const device of this.devices) {
      await device.until(`holds ${JSON.stringify(wanted)} of ${conversationId}`, () => {
        const state = device.states.get(conversationId);
        const keys = Object.keys(wanted) as (keyof MemberState)[];
        return keys.every((key) => state?.[key] === wanted[key]) || undefined;
      });
    }
  }

  /** What the offline device reads now is what the others were told, entry for entry, and the test has asked for all of it. */
  async agrees(): Promise<void> {
    await this.tablet.wake();
    for (const device of this.devices) {
      for (const [conversationId, entries] of this.tablet.logs) {
        const wanted = duringStay(entries, this.id);
        const heard = () => device.logs.get(conversationId)?.entries ?? [];
        await device.until(`is told all ${wanted.length} of ${conversationId}`, () => {
          return heard().length >= wanted.length || undefined;
        });
        mustEqual(heard(), wanted, `${device.name} of ${conversationId}`);
        const unheard = device.logs.get(conversationId)?.unheard ?? [];
        mustEqual(unheard.map(toldBy), [], `${device.name} of ${conversationId}`);
      }
      const pushed = [...device.logs.keys()].filter((id) => !this.tablet.logs.has(id));
      mustEqual(pushed, [], `only ${device.name} knows`);
      await this.#compareStates(device);
    }
  }

  async #compareStates(device: StageDevice): Promise<void> {
    for (const conversationId of device.states.keys()) {
      const read = toldByStates(this.tablet.states.get(conversationId));
      const pushed = () => toldByStates(device.states.get(conversationId));
      const same = () => isDeepStrictEqual(pushed(), read) || undefined;
      await device.until(`holds the state that is read of ${conversationId}`, same).catch(() => {
        mustEqual(pushed(), read, `${device.name} of ${conversationId}`);
      });
    }
  }

  /** The device whose turn it is first. */
  #inTurn(): [StageDevice, StageDevice] {
    this.#turn += 1;
    const [phone, desk] = this.devices;
    return this.#turn % 2 === 0 ? [desk, phone] : [phone, desk];
  }
}

/** Without what entries say, too: the read cursor, what is unread, and mentions. */
function toldByStates(state: MemberState | undefined): object | undefined {
  return state && { ...state, rev: 0, readSeq: 0, readOrdinal: 0, unread: 0, mentionedSeq: 0 };
}

/** Code, and the field where one is named. */
export async function failureOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return error.field === '' ? error.code : `${error.code} ${error.field}`;
  }
  throw new Error('the call was answered');
}
