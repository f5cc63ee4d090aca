import { groupConversationId, parseGroupId } from '@queqiao/domain';
import {
  checkHistory,
  eventually,
  History,
  newestSeen,
  readLogTable,
  readMembers,
  RoamingDevice,
  type TestApp,
  type TestCluster,
  type Violation,
} from '@queqiao/testkit';
import { Arrivals } from './arrivals.js';
import type { Choices } from './choices.js';
import { isSubscribed } from './crowd-groups.js';
import { BackEnd } from './doors.js';

export interface LargeCrowdOptions {
  readonly members: number;
  /** Members with one device each, spread over the connect nodes. */
  readonly online: number;
  /** Users with a device who are no members at first. */
  readonly guests: number;
}

const BATCH = 500;
/** Keeps a broken product from hanging the suite; no measurement. */
const GIVE_UP_MS = 120_000;

/** One group that is large, with some of its members online, and a history of what they saw. */
export class LargeCrowd {
  readonly history = new History();
  /** Of those who are members at first. */
  readonly devices: RoamingDevice[] = [];
  readonly guests: RoamingDevice[] = [];
  readonly arrivals = new Arrivals();
  readonly conversationId: string;
  /** What it took to make the members. */
  createdMs = 0;
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
    { members, online, guests }: LargeCrowdOptions,
  ): Promise<LargeCrowd> {
    const backEnd = new BackEnd(cluster.logicAt(0).grpcAddress, app);
    const users = Array.from({ length: members }, (_, index) => `user${index}`);
    const strangers = Array.from({ length: guests }, (_, index) => `guest${index}`);
    for (const batch of batches([...users, ...strangers])) await backEnd.upsert(...batch);
    await backEnd.createGroup('user0', 'crowd', []);
    const crowd = new LargeCrowd(cluster, app, choices, backEnd, 'crowd');
    for (const userId of users.slice(0, online)) crowd.devices.push(crowd.#equip(userId));
    for (const userId of strangers) crowd.guests.push(crowd.#equip(userId));
    await Promise.all(crowd.#all.map((device) => device.whenOnline()));
    const begunMs = Date.now();
    for (const batch of batches(users.slice(1))) await crowd.add(...batch);
    crowd.createdMs = Date.now() - begunMs;
    const { url } = cluster.database;
    const large = () => isSubscribed(url, app.appId, crowd.conversationId);
    await eventually('the group is large', large, GIVE_UP_MS);
    return crowd;
  }

  async add(...userIds: string[]): Promise<void> {
    await this.backEnd.groups.addMembers(this.#request(userIds), this.backEnd.options);
  }

  async remove(...userIds: string[]): Promise<void> {
    await this.backEnd.groups.removeMembers(this.#request(userIds), this.backEnd.options);
  }

  /** Takes somebody out and in again, or in and out again, so many times, as the history has it. */
  async churn(userId: string, first: 'leave' | 'join', times: number): Promise<void> {
    for (let time = 0; time < times; time += 1) {
      await this.move(first, userId);
      await this.move(first === 'leave' ? 'join' : 'leave', userId);
    }
  }

  /** All at once by one call, as the history has it. */
  async move(change: 'leave' | 'join', ...userIds: string[]): Promise<void> {
    const { conversationId } = this;
    const work = change === 'leave' ? this.remove(...userIds) : this.add(...userIds);
    const moved = userIds.map((userId) =>
      this.history.membership({ userId, conversationId, change }, () => work),
    );
    await Promise.all(moved);
  }

  /** One message of this device's user; undefined when it was refused, as that of somebody who is out. */
  async say(device = this.choices.pick(this.#all)): Promise<number | undefined> {
    this.#sent += 1;
    const clientMsgId = `m-${this.#sent}`;
    const text = `${this.app.appId} ${this.#sent}`;
    const { userId: sender } = device;
    const about = { sender, conversationId: this.conversationId, clientMsgId, text };
    return this.history
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
        for (const device of this.#all) {
          const member = members?.get(device.userId);
          const wanted = member === undefined ? 0 : newestSeen(member, last);
          if (device.high(this.conversationId) < wanted) await device.sync();
          const high = device.high(this.conversationId);
          if (high < wanted) throw new Error(`${device.name} is at ${high} of ${wanted}`);
        }
        return true;
      },
      GIVE_UP_MS,
    );
  }

  /** Resolves once every device of a first member has surfaced the entry, by pushes alone. */
  async pushed(seq: number): Promise<void> {
    const all = () => this.arrivals.count(seq) >= this.devices.length;
    await eventually(`everybody was pushed ${seq}`, all, GIVE_UP_MS);
  }

  async judge(): Promise<Violation[]> {
    const { url } = this.cluster.database;
    const table = await readLogTable(url, this.app.appId);
    const members = await readMembers(url, this.app.appId);
    return checkHistory({ history: this.history, table, members });
  }

  async stop(): Promise<void> {
    this.backEnd.close();
    await Promise.all(this.#all.map((device) => device.stop()));
  }

  get #all(): RoamingDevice[] {
    return [...this.devices, ...this.guests];
  }

  #request(userIds: string[]) {
    this.#requests += 1;
    return { clientRequestId: `change-${this.#requests}`, groupId: this.groupId, userIds };
  }

  #equip(userId: string): RoamingDevice {
    const at = this.#all.length;
    const urls = this.cluster.socketUrls;
    const first = at % urls.length;
    const record = this.history.device(`${userId}/phone`, userId);
    record.onEntry = this.arrivals.note;
    const device = new RoamingDevice({
      urls: [...urls.slice(first), ...urls.slice(0, first)],
      app: this.app,
      userId,
      deviceId: 'phone',
      codec: at % 5 === 0 ? 'json' : 'proto',
      record,
    });
    device.start();
    return device;
  }
}

function batches(userIds: readonly string[]): string[][] {
  const count = Math.ceil(userIds.length / BATCH);
  return Array.from({ length: count }, (_, at) => userIds.slice(at * BATCH, (at + 1) * BATCH));
}
