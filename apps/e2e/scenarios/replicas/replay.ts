import type { Entry } from '@queqiao/protocol/client';
import type { LocalMessage } from '@queqiao/sdk';
import { deedOf, ReferenceModel } from '@queqiao/sdk/testing';
import { queryRows, readLogTable } from '@queqiao/testkit';
import type { OwnDeed } from './deeds.js';
import type { DroppingDevice } from './dropping-device.js';

const DIRECT = 'd:alice:bob';
const PEERS: Readonly<Record<string, string>> = { alice: 'bob', bob: 'alice' };

/** Tells the model what the devices were told that the server has made of their deeds. What cannot be goes into `problems`. */
export class Replay {
  readonly model: ReferenceModel;
  readonly problems: unknown[] = [];
  #table = new Map<string, Entry[]>();
  readonly #stored = new Set<string>();
  /** Up to where the other side of each has to know that its messages were read. */
  readonly #told = new Map<string, number>();

  constructor(
    private readonly databaseUrl: string,
    private readonly appId: string,
    groupId: string,
  ) {
    this.model = new ReferenceModel((id, seq) => this.#table.get(id)?.[seq - 1]?.createdMs ?? 0);
    this.model.create(DIRECT, ['alice', 'bob']);
    this.model.create(groupId, ['alice', 'bob'], { name: 'lobby', announced: true });
  }

  /** Entries by the seqs that their authors were told; every one of them is in the table, and nothing else. */
  async write(devices: readonly DroppingDevice[]): Promise<void> {
    this.#table = await readLogTable(this.databaseUrl, this.appId);
    const written = devices.flatMap((device) =>
      device.takeWritten().map((message) => ({ userId: device.userId, message })),
    );
    const stored = written.filter(({ message }) => message.state === 'sent' && message.seq !== 0);
    stored.sort((a, b) => (a.message.seq ?? 0) - (b.message.seq ?? 0));
    for (const { userId, message } of stored) {
      const answer = this.#write(userId, message);
      this.#check(answer === message.seq, { stored: message, answer });
      this.#stored.add(message.clientMsgId);
    }
    const there = new Set([...this.#table.values()].flat().map(({ clientMsgId }) => clientMsgId));
    // Only what the system says has no such id.
    const untold = [...there].filter((id) => id !== '' && !this.#stored.has(id));
    const lost = [...this.#stored].filter((id) => !there.has(id));
    this.#check(untold.length + lost.length === 0, { untold, lost });
    for (const { userId, message } of written) {
      if (message.state === 'failed') this.#refused(userId, message);
    }
  }

  own(userId: string, id: string, deed: OwnDeed): void {
    const refusal = this.#own(userId, id, deed);
    this.#check(refusal === undefined, { userId, id, deed, refusal });
  }

  /**
   * How far the other side has received and read is as the table says, within what can be: what was marked as read is told up
   * to the newest message of the other's, and never more than was read.
   */
  async receipts(): Promise<void> {
    const sql = `SELECT user_id, read_seq, peer_read_seq, peer_delivered_seq FROM members
      WHERE app_id = ? AND conversation_id = ?`;
    const rows = await queryRows(this.databaseUrl, sql, [this.appId, DIRECT]);
    for (const row of rows) {
      const user = String(row['user_id']);
      const read = Number(row['peer_read_seq']);
      const reader = rows.find((other) => other['user_id'] !== row['user_id']);
      const delivered = Number(row['peer_delivered_seq']);
      const owed = this.#told.get(PEERS[user] ?? '') ?? 0;
      const isRight = read >= owed && read <= Number(reader?.['read_seq']) && delivered >= read;
      this.#check(isRight, { user, read, owed, delivered });
      this.model.receipts(user, DIRECT, { read, delivered });
    }
  }

  #own(userId: string, id: string, deed: OwnDeed): string | undefined {
    switch (deed.kind) {
      case 'read':
        if (id === DIRECT) this.#mark(userId, deed.seq);
        return this.model.markRead(userId, id, deed.seq);
      case 'clear':
        return this.model.clear(userId, id);
      case 'delete for me':
        return this.model.deleteForMe(userId, id, deed.seqs);
      case 'settings':
        return this.model.changeSettings(userId, id, deed.change);
    }
  }

  /** What the user has deleted for oneself is not read. */
  #mark(userId: string, seq: number): void {
    const lines = this.model.shown(userId).conversations[DIRECT]?.lines ?? [];
    const seen = new Set(lines.map((line) => Number.parseInt(line, 10)));
    const theirs = (this.#table.get(DIRECT) ?? []).filter(
      (entry) => entry.seq <= seq && seen.has(entry.seq) && entry.sender?.id !== userId,
    );
    this.#told.set(userId, Math.max(this.#told.get(userId) ?? 0, theirs.at(-1)?.seq ?? 0));
  }

  /** The reason of a refusal can still be seen, unless what it was about is gone meanwhile. */
  #refused(userId: string, message: LocalMessage): void {
    const answer = this.#write(userId, message);
    const reasons: unknown[] = answer === 'NOT_FOUND' ? [answer, 'PERMISSION_DENIED'] : [answer];
    this.#check(reasons.includes(message.error?.code ?? ''), { refused: message, answer });
  }

  #check(holds: boolean, what: unknown): void {
    if (!holds) this.problems.push(what);
  }

  #write(userId: string, { conversationId, clientMsgId, content, notCounted }: LocalMessage) {
    return this.model.write(userId, conversationId, clientMsgId, deedOf(content, notCounted));
  }
}
