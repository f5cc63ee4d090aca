import type { Entry } from '@queqiao/protocol/client';
import { DomainError } from '@queqiao/domain';

/** One send as its caller saw it, over all of its repetitions. Moments count the history's events, so they are ordered. */
export interface SendRecord {
  readonly sender: string;
  readonly conversationId: string;
  readonly clientMsgId: string;
  readonly text: string;
  readonly begunAt: number;
  endedAt: number | undefined;
  outcome: { readonly seq: number } | { readonly refused: string } | 'unknown';
}

/** What one device surfaced, in its order. */
export interface SurfacedLog {
  readonly device: string;
  readonly userId: string;
  readonly entries: Entry[];
}

/** Everything that the clients of one app saw of it. */
export class History {
  readonly sends: SendRecord[] = [];
  readonly logs: SurfacedLog[] = [];
  #moment = 0;

  /** Records a send around `work`, which resolves with the seq. A refusal is recorded and thrown on. */
  async send(
    about: Pick<SendRecord, 'sender' | 'conversationId' | 'clientMsgId' | 'text'>,
    work: () => Promise<number>,
  ): Promise<number> {
    const begunAt = (this.#moment += 1);
    const record: SendRecord = { ...about, begunAt, endedAt: undefined, outcome: 'unknown' };
    this.sends.push(record);
    try {
      const seq = await work();
      record.outcome = { seq };
      return seq;
    } catch (error) {
      const definitive = error instanceof DomainError && error.row.effect === 'none';
      if (definitive) record.outcome = { refused: error.code };
      throw error;
    } finally {
      record.endedAt = this.#moment += 1;
    }
  }

  /** A log to which the device's surfaced entries are to be added. */
  device(device: string, userId: string): SurfacedLog {
    const log: SurfacedLog = { device, userId, entries: [] };
    this.logs.push(log);
    return log;
  }
}
