import { DomainError } from '@queqiao/domain';
import {
  checkHistory,
  History,
  ReplicaRecorder,
  RoamingDevice,
  type HistoryInput,
  type TestApp,
  type TestCluster,
  type TestDevice,
  type Violation,
} from '@queqiao/testkit';
import { settledChat, type Chat } from './chat.js';
import type { Choices } from './choices.js';
import { CrowdChanges } from './crowd-changes.js';
import { createGroups, some, type GroupsOptions } from './crowd-groups.js';
import { CrowdMembers } from './crowd-members.js';
import { CrowdRest } from './crowd-rest.js';
import { BackEnd } from './doors.js';

export type Feed = TestDevice['feed'];

export interface CrowdOptions extends Omit<GroupsOptions, 'users'> {
  readonly users: number;
  /** One device of every user for each; the first ones are spread over the connect nodes, and subprotocols alternate. */
  readonly feeds: readonly Feed[];
  /** Where devices connect, when that is not the cluster's own addresses. */
  readonly urls?: readonly string[];
  /** Devices of the kind `sync` read by themselves this often. */
  readonly pollMs?: number;
  /** Devices that only push or only read catch up after every sign-in: see RoamingDeviceOptions. */
  readonly catchesUp?: boolean;
  /** A device begins nothing in a conversation while it waits for an answer there, so that a few that stall do not stop all. */
  readonly inTurn?: boolean;
}

/** Messages to a group that name members, at most so many. */
const MENTION_SHARE = 0.15;
const MAX_MENTIONS = 2;
/** How long devices may take to have everything once traffic has ended. */
const TAIL_LIMIT_MS = 60_000;

interface Wish {
  readonly chat: Chat;
  readonly device: TestDevice;
  readonly text: string;
}

/** Users with several devices who talk in direct chats and groups, and a history of all that they saw. */
export class Crowd {
  readonly history = new History();
  readonly devices: TestDevice[] = [];
  readonly chats: Chat[] = [];
  readonly #members: CrowdMembers;
  readonly #changes: CrowdChanges;
  readonly #rest: CrowdRest;
  /** Device and conversation, of what waits for an answer. */
  readonly #waiting = new Set<string>();
  #inTurn = false;
  #sent = 0;

  private constructor(
    private readonly cluster: TestCluster,
    readonly app: TestApp,
    private readonly choices: Choices,
  ) {
    const { history, chats, devices } = this;
    this.#members = new CrowdMembers({ choices, history, chats, devices });
    this.#changes = new CrowdChanges({
      choices,
      history,
      chats,
      devices,
      members: this.#members,
      appId: app.appId,
      inTurn: (device, chatId, work) => this.#take(device, chatId, work),
    });
    this.#rest = new CrowdRest({
      url: cluster.database.url,
      appId: app.appId,
      history,
      devices,
    });
  }

  /** Everybody is online, and the groups exist, when it resolves. */
  static async gather(
    cluster: TestCluster,
    choices: Choices,
    options: CrowdOptions,
    app: TestApp = cluster.app,
  ): Promise<Crowd> {
    const crowd = new Crowd(cluster, app, choices);
    try {
      await crowd.#assemble(options);
    } catch (error) {
      await crowd.leave();
      throw error;
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

  /**
   * One message of somebody to some conversation, or as the caller wants it; resolves when it is stored: with false when nothing
   * was, as its device has to wait for its turn, or its user is out of the group.
   */
  async say(wish: Partial<Wish> = {}): Promise<boolean> {
    const chat = wish.chat ?? this.choices.pick(this.chats);
    const device = wish.device ?? this.#deviceOf(this.#members.pick(chat));
    let stored = false;
    const send = async (): Promise<void> => {
      stored = await this.#send(device, chat, wish);
    };
    if (wish.text === undefined) await this.#take(device, chat.id, send);
    else await send();
    return stored;
  }

  async #send(device: TestDevice, chat: Chat, wish: Partial<Wish>): Promise<boolean> {
    const sender = device.userId;
    this.#sent += 1;
    const words = wish.text ?? '鹊🌉'.repeat(this.choices.below(8));
    const clientMsgId = `m-${this.#sent}`;
    const text = `${this.app.appId} ${this.#sent} ${words}`;
    const mentions = this.#mentions(chat, sender);
    const about = { sender, conversationId: chat.id, clientMsgId, text, mentions };
    try {
      const seq = await this.history.send(about, () =>
        device.send(chat.id, clientMsgId, text, mentions),
      );
      this.#changes.note(chat, { seq, sender });
      return true;
    } catch (error) {
      // Whether that was right is judged with the history.
      const isOut = error instanceof DomainError && error.code === 'NOT_A_MEMBER';
      if (isOut && chat.movers.includes(sender)) return false;
      throw error;
    }
  }

  /** Somebody comes to a group or leaves it; resolves when that is known. */
  move(): Promise<void> {
    return this.#members.any();
  }

  /** Somebody changes messages, or what one has of a conversation; resolves when that is stored. */
  async change(): Promise<void> {
    await this.#changes.any();
  }

  /** Somebody reads some conversation up to where one of its devices is. */
  async mark(): Promise<void> {
    const chat = this.choices.pick(this.chats);
    const userId = this.#members.pick(chat);
    const device = this.#deviceOf(userId);
    const seq = device.high(chat.id);
    if (seq === 0) return;
    await this.#take(device, chat.id, () =>
      this.history.mark({ userId, conversationId: chat.id, seq }, () =>
        device.markRead(chat.id, seq),
      ),
    );
  }

  /** Waits until every device has the newest entry of each of its conversations, and records how long each took. */
  settle(limitMs = TAIL_LIMIT_MS): Promise<void> {
    return this.#rest.settle(limitMs);
  }

  /** Records what every device shows. No operation may be under way. */
  rest(limitMs = TAIL_LIMIT_MS): Promise<void> {
    return this.#rest.record(limitMs);
  }

  /** Waits until every client library counts as unread what the table says is. */
  settleUnread(limitMs = TAIL_LIMIT_MS): Promise<void> {
    return this.#rest.settleUnread(limitMs);
  }

  /** What the history violates, judged against the table as it is now. */
  async judge(foreign?: ReadonlySet<string>): Promise<Violation[]> {
    return checkHistory(await this.evidence(foreign));
  }

  /** The history with the table as it is now. */
  evidence(foreign?: ReadonlySet<string>): Promise<HistoryInput> {
    return this.#rest.evidence(foreign);
  }

  async leave(): Promise<void> {
    await Promise.all(this.devices.map((device) => device.stop()));
  }

  #deviceOf(userId: string): TestDevice {
    return this.choices.pick(this.devices.filter((each) => each.userId === userId));
  }

  async #take(device: TestDevice, chatId: string, work: () => Promise<unknown>): Promise<boolean> {
    const place = `${device.name} ${chatId}`;
    if (this.#inTurn && this.#waiting.has(place)) return false;
    this.#waiting.add(place);
    await work().finally(() => this.#waiting.delete(place));
    return true;
  }

  async #assemble(options: CrowdOptions): Promise<void> {
    this.#inTurn = options.inTurn ?? false;
    const users = Array.from({ length: options.users }, (_, index) => `user${index}`);
    const backEnd = new BackEnd(this.cluster.logicAt(0).grpcAddress, this.app);
    try {
      await backEnd.upsert(...users);
      for (const user of users) this.#equip(user, options);
      await Promise.all(this.devices.map((device) => device.whenOnline()));
      const { url } = this.cluster.database;
      const deps = { backEnd, choices: this.choices, url, appId: this.app.appId };
      this.chats.push(...(await createGroups(deps, { ...options, users })));
    } finally {
      backEnd.close();
    }
    for (let index = 0; index < options.users; index += 1) {
      const [a = '', b = ''] = some(this.choices, users, 2).sort();
      this.chats.push(settledChat(`d:${a}:${b}`, [a, b]));
    }
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
              catchesUp: options.catchesUp ?? false,
            });
      device.start();
      this.devices.push(device);
    }
  }

  /** In order, as they will be stored. */
  #mentions(chat: Chat, sender: string): string[] {
    const others = this.#members.present(chat).filter((member) => member !== sender);
    if (others.length < 2 || this.choices.next() >= MENTION_SHARE) return [];
    return some(this.choices, others, 1 + this.choices.below(MAX_MENTIONS)).sort();
  }
}
