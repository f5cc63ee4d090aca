import { groupConversationId, parseGroupId } from '@queqiao/domain';
import {
  checkHistory,
  eventually,
  History,
  queryRows,
  readLogTable,
  readMembers,
  RoamingDevice,
  type TestApp,
  type TestCluster,
  type Violation,
} from '@queqiao/testkit';
import { BackEnd } from './doors.js';
import type { Choices } from './choices.js';

export interface LargeCrowdOptions {
  readonly members: number;
  /** Members with one device each, spread over the connect nodes. */
  readonly online: number;
}

const BATCH = 500;
/** Keeps a broken product from hanging the suite; no measurement. */
const GIVE_UP_MS = 120_000;

/** One group that is large, with some of its members online, and a history of what they saw. */
export class LargeCrowd {
  readonly history = new History();
  readonly devices: RoamingDevice[] = [];
  readonly conversationId: string;
  #requests = 0;
  #sent = 0;

  private constructor(
    private readonly cluster: TestCluster,
    private readonly app: TestApp,
    private readonly choices: Choices,
    private readonly backEnd: BackEnd,
    readonly groupId: string,
  ) {
    this.conversationId = groupConversationId(parseGroupId(groupId));
  }

  /** Devices are online before the group grows, so that they are in it by the crossing and by joining. */
  static async gather(
    cluster: TestCluster,
    choices: Choices,
    app: TestApp,
    { members, online }: LargeCrowdOptions,
  ): Promise<LargeCrowd> {
    const backEnd = new BackEnd(cluster.logicAt(0).grpcAddress, app);
    const users = Array.from({ length: members }, (_, index) => `user${index}`);
    for (let at = 0; at < members; at += BATCH)
      await backEnd.upsert(...users.slice(at, at + BATCH));
    await backEnd.createGroup('user0', 'crowd', []);
    const crowd = new LargeCrowd(cluster, app, choices, backEnd, 'crowd');
    for (const userId of users.slice(0, online)) crowd.#equip(userId);
    await Promise.all(crowd.devices.map((device) => device.whenOnline()));
    for (let at = 1; at < members; at += BATCH) await crowd.add(...users.slice(at, at + BATCH));
    await eventually('the group is large', () => crowd.#isSubscribed(), GIVE_UP_MS);
    return crowd;
  }

  async add(...userIds: string[]): Promise<void> {
    await this.backEnd.groups.addMembers(this.#request(userIds), this.backEnd.options);
  }

  async remove(...userIds: string[]): Promise<void> {
    await this.backEnd.groups.removeMembers(this.#request(userIds), this.backEnd.options);
  }

  /** Takes somebody out and in again, so many times, as the history has it. */
  async churn(userId: string, times: number): Promise<void> {
    const about = { userId, conversationId: this.conversationId };
    for (let time = 0; time < times; time += 1) {
      await this.history.membership({ ...about, change: 'leave' }, () => this.remove(userId));
      await this.history.membership({ ...about, change: 'join' }, () => this.add(userId));
    }
  }

  /** One message of this device's user; refusals of those who are out are part of the history. */
  async say(device = this.choices.pick(this.devices)): Promise<void> {
    this.#sent += 1;
    const clientMsgId = `m-${this.#sent}`;
    const text = `${this.app.appId} ${this.#sent}`;
    const { userId: sender } = device;
    const about = { sender, conversationId: this.conversationId, clientMsgId, text };
    await this.history
      .send(about, () => device.send(this.conversationId, clientMsgId, text))
      .catch(() => undefined);
  }

  /** Waits until every device has all that its user may see, pushed or pulled. */
  async settle(): Promise<void> {
    const { url } = this.cluster.database;
    const members = (await readMembers(url, this.app.appId)).get(this.conversationId);
    const table = await readLogTable(url, this.app.appId);
    const last = table.get(this.conversationId)?.at(-1)?.seq ?? 0;
    await eventually(
      'every device has what its user may see',
      async () => {
        for (const device of this.devices) {
          const leftSeq = members?.get(device.userId)?.stints.at(-1)?.leftSeq ?? 0;
          const wanted = Math.min(leftSeq, last);
          if (device.high(this.conversationId) < wanted) await device.sync();
          const high = device.high(this.conversationId);
          if (high < wanted) throw new Error(`${device.name} is at ${high} of ${wanted}`);
        }
        return true;
      },
      GIVE_UP_MS,
    );
  }

  /** Resolves once every device has surfaced the entry, by pushes alone. */
  async pushed(seq: number): Promise<void> {
    await eventually(
      `everybody was pushed ${seq}`,
      () => this.devices.every((device) => device.high(this.conversationId) >= seq),
      GIVE_UP_MS,
    );
  }

  async judge(): Promise<Violation[]> {
    const { url } = this.cluster.database;
    const table = await readLogTable(url, this.app.appId);
    const members = await readMembers(url, this.app.appId);
    return checkHistory({ history: this.history, table, members });
  }

  async stop(): Promise<void> {
    this.backEnd.close();
    await Promise.all(this.devices.map((device) => device.stop()));
  }

  #request(userIds: string[]) {
    this.#requests += 1;
    return { clientRequestId: `change-${this.#requests}`, groupId: this.groupId, userIds };
  }

  async #isSubscribed(): Promise<boolean> {
    const sql = 'SELECT mode FROM conversations WHERE app_id = ? AND conversation_id = ?';
    const values = [this.app.appId, this.conversationId];
    const [row] = await queryRows(this.cluster.database.url, sql, values);
    return row?.['mode'] === 'subscribed';
  }

  #equip(userId: string): void {
    const at = this.devices.length;
    const urls = this.cluster.socketUrls;
    const first = at % urls.length;
    const device = new RoamingDevice({
      urls: [...urls.slice(first), ...urls.slice(0, first)],
      app: this.app,
      userId,
      deviceId: 'phone',
      codec: at % 5 === 0 ? 'json' : 'proto',
      record: this.history.device(`${userId}/phone`, userId),
    });
    device.start();
    this.devices.push(device);
  }
}
