import {
  checkHistory,
  eventually,
  History,
  readLogTable,
  readMembers,
  readTails,
  type HistoryInput,
  queryRows,
  ReplicaRecorder,
  RoamingDevice,
  type TestApp,
  type TestCluster,
  type TestDevice,
  type Violation,
} from '@queqiao/testkit';
import { BackEnd } from './doors.js';
import type { Choices } from './choices.js';

export type Feed = TestDevice['feed'];

export interface CrowdOptions {
  readonly users: number;
  readonly groups: number;
  readonly groupSize: number;
  /** One device of every user for each; the first ones are spread over the connect nodes, and subprotocols alternate. */
  readonly feeds: readonly Feed[];
  /** Where devices connect, when that is not the cluster's own addresses. */
  readonly urls?: readonly string[];
  /** Devices of the kind `sync` read by themselves this often. */
  readonly pollMs?: number;
}

/** How long devices may take to have everything once traffic has ended. */
const TAIL_LIMIT_MS = 60_000;

export interface Chat {
  readonly id: string;
  readonly members: readonly string[];
}

interface Wish {
  readonly chat: Chat;
  readonly sender: string;
  readonly text: string;
}

/** Users with several devices who talk in direct chats and groups, and a history of all that they saw. */
export class Crowd {
  readonly history = new History();
  readonly devices: TestDevice[] = [];
  readonly chats: Chat[] = [];
  #sent = 0;

  private constructor(
    private readonly cluster: TestCluster,
    private readonly app: TestApp,
    private readonly choices: Choices,
  ) {}

  /** Everybody is online, and the groups exist, when it resolves. */
  static async gather(
    cluster: TestCluster,
    choices: Choices,
    options: CrowdOptions,
    app: TestApp = cluster.app,
  ): Promise<Crowd> {
    const crowd = new Crowd(cluster, app, choices);
    const users = Array.from({ length: options.users }, (_, index) => `user${index}`);
    const backEnd = new BackEnd(cluster.logicAt(0).grpcAddress, app);
    await backEnd.upsert(...users);
    for (const user of users) crowd.#equip(user, options);
    await Promise.all(crowd.devices.map((device) => device.whenOnline()));
    for (let index = 0; index < options.groups; index += 1) {
      const members = crowd.#some(users, options.groupSize);
      const id = await backEnd.createGroup(members[0] ?? '', `group${index}`, members.slice(1));
      crowd.chats.push({ id, members });
    }
    backEnd.close();
    for (let index = 0; index < options.users; index += 1) {
      const [a = '', b = ''] = crowd.#some(users, 2).sort();
      crowd.chats.push({ id: `d:${a}:${b}`, members: [a, b] });
    }
    return crowd;
  }

  get appId(): string {
    return this.app.appId;
  }

  /** Messages that were begun. */
  get sent(): number {
    return this.#sent;
  }

  /** Sends this many messages, so many at a time. `watch` hears of every one that was answered. */
  async talk(
    count: number,
    inFlight: number,
    watch: (answered: number) => void = () => undefined,
  ): Promise<void> {
    let left = count;
    let answered = 0;
    const talker = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        await this.say();
        answered += 1;
        watch(answered);
      }
    };
    await Promise.all(Array.from({ length: inFlight }, talker));
  }

  /** One message of somebody to some conversation, or as the caller wants it; resolves when it is stored. */
  async say(wish: Partial<Wish> = {}): Promise<void> {
    const chat = wish.chat ?? this.choices.pick(this.chats);
    const sender = wish.sender ?? this.choices.pick(chat.members);
    const device = this.choices.pick(this.devices.filter(({ userId }) => userId === sender));
    this.#sent += 1;
    const words = wish.text ?? '鹊🌉'.repeat(this.choices.below(8));
    const message = {
      conversationId: chat.id,
      clientMsgId: `m-${this.#sent}`,
      text: `${this.app.appId} ${this.#sent} ${words}`,
    };
    await this.history.send({ ...message, sender }, () =>
      device.send(message.conversationId, message.clientMsgId, message.text),
    );
  }

  /** Somebody reads some conversation up to where one of its devices is. */
  async mark(): Promise<void> {
    const chat = this.choices.pick(this.chats);
    const userId = this.choices.pick(chat.members);
    const device = this.choices.pick(this.devices.filter((each) => each.userId === userId));
    const seq = device.high(chat.id);
    if (seq === 0) return;
    await this.history.mark({ userId, conversationId: chat.id, seq }, () =>
      device.markRead(chat.id, seq),
    );
  }

  /**
   * Waits until every device has the newest entry of each of its conversations, and records how long each took; devices of the
   * kind `sync` sync for it.
   */
  async settle(limitMs = TAIL_LIMIT_MS): Promise<void> {
    const { url } = this.cluster.database;
    const tails = await readTails(url, this.app.appId);
    const members = await readMembers(url, this.app.appId);
    const begunMs = Date.now();
    await Promise.all(
      this.devices.map(async (device) => {
        const mine = [...tails].filter(([id]) => members.get(id)?.has(device.userId));
        await this.#reaches(device, mine, limitMs);
        const waitedMs = Date.now() - begunMs;
        for (const [conversationId, lastSeq] of mine) {
          const at = { conversationId, lastSeq, reached: device.high(conversationId) };
          this.history.tails.push({ device: device.name, ...at, waitedMs, limitMs });
        }
      }),
    );
  }

  /**
   * Records the unread counts that every device shows. No operation may be under way; what the last ones changed may still be
   * on its way, since a state whose first push was lost comes with the recovery some seconds later. It is waited for.
   */
  async rest(limitMs = TAIL_LIMIT_MS): Promise<void> {
    // What is wrong by then is recorded as it is, for the judgement.
    await this.settleUnread(limitMs).catch(() => undefined);
    await Promise.all(
      this.devices.map(async (device) => {
        if (device.feed === 'push') return;
        const unread = await device.unread();
        this.history.rests.push({ device: device.name, userId: device.userId, unread });
      }),
    );
  }

  /** What the history violates, judged against the table as it is now. */
  async judge(foreign?: ReadonlySet<string>): Promise<Violation[]> {
    return checkHistory(await this.evidence(foreign));
  }

  /** The history with the table as it is now. */
  async evidence(foreign: ReadonlySet<string> = new Set()): Promise<HistoryInput> {
    const { url } = this.cluster.database;
    const table = await readLogTable(url, this.app.appId);
    const members = await readMembers(url, this.app.appId);
    return { history: this.history, table, members, foreign };
  }

  /** Waits until every client library counts as unread what the table says is. */
  async settleUnread(limitMs = TAIL_LIMIT_MS): Promise<void> {
    const sql = `SELECT m.user_id, m.conversation_id, c.last_ordinal - m.read_ordinal AS unread
      FROM members m JOIN conversations c USING (app_id, conversation_id) WHERE m.app_id = ?`;
    const { url } = this.cluster.database;
    const counted = async (): Promise<boolean> => {
      const rows = await queryRows(url, sql, [this.app.appId]);
      for (const device of this.devices) {
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

  async leave(): Promise<void> {
    await Promise.all(this.devices.map((device) => device.stop()));
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

  #equip(userId: string, options: CrowdOptions): void {
    const { feeds, pollMs } = options;
    for (const [index, feed] of feeds.entries()) {
      const at = this.devices.length;
      const urls = options.urls ?? this.cluster.socketUrls;
      const first = Math.floor(at / feeds.length + index) % urls.length;
      const deviceId = `${feed}${index}`;
      const record = this.history.device(`${userId}/${deviceId}`, userId);
      const about = {
        urls: [...urls.slice(first), ...urls.slice(0, first)],
        app: this.app,
        userId,
        deviceId,
        record,
      };
      const codec = at % 3 === 0 ? 'json' : 'proto';
      const device =
        feed === 'sdk'
          ? new ReplicaRecorder(about)
          : new RoamingDevice({
              ...about,
              feed,
              codec,
              ...(pollMs === undefined ? {} : { pollMs }),
            });
      device.start();
      this.devices.push(device);
    }
  }

  #some(users: readonly string[], count: number): string[] {
    const chosen = new Set<string>();
    while (chosen.size < count) chosen.add(this.choices.pick(users));
    return [...chosen];
  }
}
