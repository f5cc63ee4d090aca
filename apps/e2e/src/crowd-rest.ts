import { setTimeout as sleep } from 'node:timers/promises';
import {
  checkRests,
  eventually,
  newestSeen,
  queryRows,
  readLogTable,
  readMarksOfMessages,
  readMembers,
  readTails,
  ReplicaRecorder,
  type History,
  type HistoryInput,
  type RestRecord,
  type TestDevice,
} from '@queqiao/testkit';

/** How often it is looked whether everybody shows what is stored. */
const LOOK_EVERY_MS = 250;

export interface CrowdRestDeps {
  /** Of the database. */
  readonly url: string;
  readonly appId: string;
  readonly history: History;
  readonly devices: readonly TestDevice[];
}

/** A crowd after its traffic has ended: waits until its devices have everything, and records what they show. */
export class CrowdRest {
  constructor(private readonly deps: CrowdRestDeps) {}

  /**
   * Waits until every device has the newest entry that its user may see of each conversation, and records how long each took; devices of the
   * kind `sync` sync for it.
   */
  async settle(limitMs: number): Promise<void> {
    const tails = await readTails(this.deps.url, this.deps.appId);
    const members = await readMembers(this.deps.url, this.deps.appId);
    const begunMs = Date.now();
    await Promise.all(
      this.deps.devices.map(async (device) => {
        const mine = [...tails].flatMap(([id, lastSeq]) => {
          const member = members.get(id)?.get(device.userId);
          return member === undefined ? [] : [[id, newestSeen(member, lastSeq)] as const];
        });
        await this.#reaches(device, mine, limitMs);
        const waitedMs = Date.now() - begunMs;
        for (const [conversationId, lastSeq] of mine) {
          const at = { conversationId, lastSeq, reached: device.high(conversationId) };
          this.deps.history.tails.push({ device: device.name, ...at, waitedMs, limitMs });
        }
      }),
    );
  }

  /**
   * Records what every device shows. No operation may be under way; what the last ones changed may still be on its way, since a
   * state whose first push was lost comes with the recovery some seconds later. It is waited for.
   */
  async record(limitMs: number): Promise<void> {
    const evidence = await this.evidence();
    const keeping = this.deps.devices.filter(({ feed }) => feed === 'sdk');
    // What is wrong by then is recorded as it is, for the judgement.
    for (const deadline = Date.now() + limitMs; Date.now() < deadline;) {
      const rests = await Promise.all(keeping.map(restOf));
      if (checkRests(evidence, rests).length === 0) break;
      await sleep(LOOK_EVERY_MS);
    }
    const showing = this.deps.devices.filter(({ feed }) => feed !== 'push');
    this.deps.history.rests.push(...(await Promise.all(showing.map(restOf))));
  }

  /** The history with the table as it is now. */
  async evidence(foreign: ReadonlySet<string> = new Set()): Promise<HistoryInput> {
    const table = await readLogTable(this.deps.url, this.deps.appId);
    const members = await readMembers(this.deps.url, this.deps.appId);
    const marks = await readMarksOfMessages(this.deps.url, this.deps.appId);
    return { history: this.deps.history, table, members, ...marks, foreign };
  }

  /** Waits until every client library counts as unread what the table says is. */
  async settleUnread(limitMs: number): Promise<void> {
    const sql = `SELECT m.user_id, m.conversation_id, COALESCE(m.left_ordinal, c.last_ordinal) - m.read_ordinal AS unread
      FROM members m JOIN conversations c USING (app_id, conversation_id) WHERE m.app_id = ?`;
    const counted = async (): Promise<boolean> => {
      const rows = await queryRows(this.deps.url, sql, [this.deps.appId]);
      for (const device of this.deps.devices) {
        if (!(device instanceof ReplicaRecorder)) continue;
        for (const row of rows.filter((each) => each['user_id'] === device.userId)) {
          const id = String(row['conversation_id']);
          const [shown, stored] = [device.client.conversation(id)?.unread, Number(row['unread'])];
          if (shown !== stored)
            throw new Error(`${device.name} ${id}: ${shown ?? -1}, not ${stored}`);
        }
      }
      return true;
    };
    await eventually('everybody counts the same unread messages', counted, limitMs);
  }

  async #reaches(
    device: TestDevice,
    tails: readonly (readonly [conversationId: string, lastSeq: number])[],
    limitMs: number,
  ): Promise<void> {
    await eventually(
      `${device.name} (${device.feed}) is up to date`,
      async () => {
        if (device.stoppedBy !== undefined) throw new Error(`closed ${device.stoppedBy}`);
        if (device.feed === 'sync') await device.sync();
        const behind = tails.find(([id, lastSeq]) => device.high(id) < lastSeq);
        if (behind === undefined) return true;
        throw new Error(`${behind[0]}: ${device.high(behind[0])} of ${behind[1]}`);
      },
      limitMs,
    );
  }
}

async function restOf(device: TestDevice): Promise<RestRecord> {
  const shown = await device.shown();
  const rest = { device: device.name, userId: device.userId, unread: await device.unread() };
  return shown === undefined ? rest : { ...rest, shown };
}
