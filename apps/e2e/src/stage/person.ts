import { isDeepStrictEqual } from 'node:util';
import type { MemberState } from '@queqiao/protocol/client';
import { mustEqual, mustHold } from './demands.js';
import { duringStay, toldBy, type Told } from './heard-log.js';
import type { Sleeper } from './sleeper.js';
import type { StageDevice } from './stage-device.js';
import { failureOf, newId, TwoWays } from './two-ways.js';

/** A user with two devices that are online, on different connect nodes and calling different logic nodes, and one that is not. */
export class Person extends TwoWays {
  constructor(
    readonly id: string,
    readonly phone: StageDevice,
    readonly desk: StageDevice,
    readonly tablet: Sleeper,
  ) {
    super();
  }

  get feed(): string {
    return `s:${this.id}`;
  }

  get devices(): readonly [StageDevice, StageDevice] {
    return [this.phone, this.desk];
  }

  protected get ways(): readonly [StageDevice, StageDevice] {
    return this.devices;
  }

  /** A message by one device, repeated by the other: one entry, which both devices and the listeners are told. */
  async says(conversationId: string, words: string, ...listeners: Person[]): Promise<number> {
    const [first, second] = this.inTurn(this.devices);
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
}

/** Without what entries say, too: the read cursor, what is unread, and mentions. */
function toldByStates(state: MemberState | undefined): object | undefined {
  return state && { ...state, rev: 0, readSeq: 0, readOrdinal: 0, unread: 0, mentionedSeq: 0 };
}
