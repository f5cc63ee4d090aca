import {
  RoamingDevice,
  type History,
  type MemberMove,
  type MoveIds,
  type TestDevice,
} from '@queqiao/testkit';
import type { Choices } from './choices.js';
import type { Chat } from './chat.js';

/** Of those who are picked in a group that people come to and leave: out of it, so that they are refused. */
const OUTSIDER_SHARE = 0.04;
/** Of the moves: made by the owner, and not by the user who moves. */
const OWNER_SHARE = 0.5;
/** Of the joins: followed by a late repetition of the leave before, which has to change nothing. */
const REPEAT_SHARE = 0.2;

export interface MembersDeps {
  readonly choices: Choices;
  readonly history: History;
  readonly chats: readonly Chat[];
  readonly devices: readonly TestDevice[];
}

interface Made {
  readonly device: RoamingDevice;
  readonly ids: MoveIds;
  readonly move: MemberMove;
}

/** Who of a crowd is in its groups, as far as was acknowledged. Users move one step at a time, so that it is known what they do. */
export class CrowdMembers {
  /** Of each group. */
  readonly #in = new Map<Chat, Set<string>>();
  readonly #left = new Map<Chat, Set<string>>();
  /** What took a user out last, by group and user. */
  readonly #leaves = new Map<string, Made>();
  readonly #moving = new Set<string>();
  #made = 0;

  constructor(private readonly deps: MembersDeps) {}

  /** A member of the chat, now and then somebody who was one. */
  pick(chat: Chat): string {
    const left = [...(this.#left.get(chat) ?? [])];
    if (left.length > 0 && this.#toss(OUTSIDER_SHARE)) return this.deps.choices.pick(left);
    return this.deps.choices.pick(this.present(chat));
  }

  present(chat: Chat): string[] {
    return [...chat.stayers, ...this.#present(chat)];
  }

  /** Somebody comes to a group or leaves it; resolves when that is known. */
  async any(): Promise<void> {
    const chats = this.deps.chats.filter(({ movers }) => movers.length > 0);
    if (chats.length === 0) return;
    const chat = this.deps.choices.pick(chats);
    const userId = this.deps.choices.pick(chat.movers);
    const key = `${chat.id} ${userId}`;
    if (this.#moving.has(key)) return;
    this.#moving.add(key);
    const isIn = this.#present(chat).has(userId);
    await (isIn ? this.#leave(chat, userId) : this.#join(chat, userId)).finally(() =>
      this.#moving.delete(key),
    );
  }

  async #leave(chat: Chat, userId: string): Promise<void> {
    const made = this.#plan(chat, userId, 'leave');
    if (made === undefined) return;
    const { device, ids, move } = made;
    const about = { userId, conversationId: chat.id, change: 'leave', told: chat.told } as const;
    await this.deps.history.membership(about, () => device.move(ids, move));
    this.#leaves.set(`${chat.id} ${userId}`, made);
    this.#present(chat).delete(userId);
    this.#left.set(chat, (this.#left.get(chat) ?? new Set()).add(userId));
  }

  async #join(chat: Chat, userId: string): Promise<void> {
    const made = this.#plan(chat, userId, 'join');
    if (made === undefined) return;
    const { fromStart, told } = chat;
    const about = { userId, conversationId: chat.id, change: 'join', fromStart, told } as const;
    const before = this.#leaves.get(`${chat.id} ${userId}`);
    await this.deps.history.membership(about, async () => {
      await made.device.move(made.ids, made.move);
      if (before !== undefined && this.#toss(REPEAT_SHARE)) {
        await before.device.move(before.ids, before.move);
      }
    });
    this.#left.get(chat)?.delete(userId);
    this.#present(chat).add(userId);
  }

  /** What is to be done about the user: by the user's own device, or by the owner's. Undefined: neither has one that can. */
  #plan(chat: Chat, userId: string, own: 'join' | 'leave'): Made | undefined {
    const byOwner = this.#toss(OWNER_SHARE);
    const devices = this.#able(byOwner ? (chat.stayers[0] ?? '') : userId);
    if (devices.length === 0) return undefined;
    this.#made += 1;
    const ids = { groupId: chat.id.slice('g:'.length), clientRequestId: `move-${this.#made}` };
    const owner = { kind: own === 'join' ? 'add' : 'remove', userId } as const;
    return {
      device: this.deps.choices.pick(devices),
      ids,
      move: byOwner ? owner : { kind: own },
    };
  }

  #able(userId: string): RoamingDevice[] {
    return this.deps.devices.filter(
      (device): device is RoamingDevice =>
        device.userId === userId && device instanceof RoamingDevice,
    );
  }

  #present(chat: Chat): Set<string> {
    const present = this.#in.get(chat) ?? new Set(chat.firstMovers);
    this.#in.set(chat, present);
    return present;
  }

  #toss(probability: number): boolean {
    return this.deps.choices.next() < probability;
  }
}
