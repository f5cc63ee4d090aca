import type { MemberState } from '@queqiao/protocol/client';
import { DomainError } from '@queqiao/domain';
import type { MessageChange, OwnChange } from './changes.js';
import type { ShownConversation } from './shown.js';
import { SurfacedLog } from './surfaced-log.js';

/** What became of an operation: `unknown` means that it may or may not have been carried out. */
export type Outcome<T> = T | { readonly refused: string } | 'unknown';

interface Operation {
  /** Moments count the history's events, so they are ordered; `endedAt` is undefined while the operation runs. */
  readonly begunAt: number;
  endedAt: number | undefined;
}

/** One send as its caller saw it, over all of its repetitions. */
export interface SendRecord extends Operation {
  readonly sender: string;
  readonly conversationId: string;
  readonly clientMsgId: string;
  readonly text: string;
  /** Members whom it names. */
  readonly mentions?: readonly string[];
  outcome: Outcome<{ readonly seq: number }>;
}

/** One change of messages, over all of its repetitions; seq 0: it had been made before, so that nothing was stored. */
export interface ChangeRecord extends Operation {
  readonly sender: string;
  readonly conversationId: string;
  readonly clientMsgId: string;
  readonly change: MessageChange;
  outcome: Outcome<{ readonly seq: number }>;
}

/** One change of what a user has of a conversation. */
export interface OwnChangeRecord extends Operation {
  readonly userId: string;
  readonly conversationId: string;
  readonly change: OwnChange;
  outcome: Outcome<'done'>;
}

/** One move of a user's read cursor. */
export interface MarkRecord extends Operation {
  readonly userId: string;
  readonly conversationId: string;
  readonly seq: number;
  outcome: Outcome<'done'>;
}

/** One join or leave of a group, over all of its repetitions. */
export interface MembershipRecord extends Operation {
  readonly userId: string;
  readonly conversationId: string;
  readonly change: 'join' | 'leave';
  /** Of joins: who comes sees everything that was said before. */
  readonly fromStart?: boolean;
  /** The log tells of it, once: not so in large groups. */
  readonly told?: boolean;
  outcome: Outcome<'done'>;
}

/** How far a device was with one conversation after traffic had ended and it had been given time. */
export interface TailRecord {
  readonly device: string;
  readonly conversationId: string;
  readonly reached: number;
  readonly lastSeq: number;
  readonly waitedMs: number;
  readonly limitMs: number;
}

/** What a device showed at rest, by conversation. */
export interface RestRecord {
  readonly device: string;
  readonly userId: string;
  readonly unread: ReadonlyMap<string, number | undefined>;
  /** Of devices that keep a replica. */
  readonly shown?: ReadonlyMap<string, ShownConversation>;
}

/** How long something took to work again after a fault was healed; undefined: it never did. */
export interface RecoveryRecord {
  readonly what: string;
  readonly tookMs: number | undefined;
  readonly limitMs: number;
}

/** Everything that the clients of one app saw of it. */
export class History {
  readonly sends: SendRecord[] = [];
  readonly changes: ChangeRecord[] = [];
  readonly ownChanges: OwnChangeRecord[] = [];
  readonly marks: MarkRecord[] = [];
  readonly memberships: MembershipRecord[] = [];
  readonly logs: SurfacedLog[] = [];
  readonly tails: TailRecord[] = [];
  readonly rests: RestRecord[] = [];
  readonly recoveries: RecoveryRecord[] = [];
  #moment = 0;

  /** Records a send around `work`, which resolves with the seq. A refusal is recorded and thrown on. */
  async send(
    about: Pick<SendRecord, 'sender' | 'conversationId' | 'clientMsgId' | 'text' | 'mentions'>,
    work: () => Promise<number>,
  ): Promise<number> {
    const record: SendRecord = { ...about, ...this.#begin(), outcome: 'unknown' };
    this.sends.push(record);
    return this.#around(record, work, (seq) => ({ seq }));
  }

  /** Records a change of messages around `work`, which resolves with the seq. */
  async change(
    about: Pick<ChangeRecord, 'sender' | 'conversationId' | 'clientMsgId' | 'change'>,
    work: () => Promise<number>,
  ): Promise<number> {
    const record: ChangeRecord = { ...about, ...this.#begin(), outcome: 'unknown' };
    this.changes.push(record);
    return this.#around(record, work, (seq) => ({ seq }));
  }

  /** Records a change of what a user has of a conversation around `work`. */
  async changeOwn(
    about: Pick<OwnChangeRecord, 'userId' | 'conversationId' | 'change'>,
    work: () => Promise<void>,
  ): Promise<void> {
    const record: OwnChangeRecord = { ...about, ...this.#begin(), outcome: 'unknown' };
    this.ownChanges.push(record);
    await this.#around(record, work, () => 'done' as const);
  }

  /** Records a move of a read cursor around `work`. */
  async mark(
    about: Pick<MarkRecord, 'userId' | 'conversationId' | 'seq'>,
    work: () => Promise<MemberState | void>,
  ): Promise<void> {
    const record: MarkRecord = { ...about, ...this.#begin(), outcome: 'unknown' };
    this.marks.push(record);
    await this.#around(record, work, () => 'done' as const);
  }

  /** Records a join or leave around `work`. */
  async membership(
    about: Pick<MembershipRecord, 'userId' | 'conversationId' | 'change' | 'fromStart' | 'told'>,
    work: () => Promise<void>,
  ): Promise<void> {
    const record: MembershipRecord = { ...about, ...this.#begin(), outcome: 'unknown' };
    this.memberships.push(record);
    await this.#around(record, work, () => 'done' as const);
  }

  /** A log to which what the device surfaces is to be added. */
  device(device: string, userId: string): SurfacedLog {
    const log = new SurfacedLog(device, userId);
    this.logs.push(log);
    return log;
  }

  #begin(): Operation {
    return { begunAt: (this.#moment += 1), endedAt: undefined };
  }

  async #around<T, O>(
    record: Operation & { outcome: Outcome<O> },
    work: () => Promise<T>,
    outcomeOf: (value: T) => O,
  ): Promise<T> {
    try {
      const value = await work();
      record.outcome = outcomeOf(value);
      return value;
    } catch (error) {
      const definitive = error instanceof DomainError && error.row.effect === 'none';
      if (definitive) record.outcome = { refused: error.code };
      throw error;
    } finally {
      record.endedAt = this.#moment += 1;
    }
  }
}
