import { parseAppId, parseUserId } from '@queqiao/domain';
import {
  FriendServiceDefinition as Friends,
  UserServiceDefinition as Users,
  type Content,
  type Entry,
} from '@queqiao/protocol/client';
import type { TestApp } from '@queqiao/testkit';
import { newId, type ApiRig, type UserCall } from '../rig/api-rig.js';

type Body = NonNullable<Content['body']>;

export const to = (userId: string) => ({ clientRequestId: newId(), userId });

/** Two new users, `ann` and `bob`, who come in through different nodes. */
export class FriendPair {
  private constructor(
    readonly rig: ApiRig,
    readonly app: TestApp,
    readonly a: string,
    readonly b: string,
    readonly ann: UserCall,
    readonly bob: UserCall,
  ) {}

  static async make(rig: ApiRig, app: TestApp, number: number): Promise<FriendPair> {
    const [a, b] = [`ann-${number}`, `bob-${number}`];
    const [ann, bob] = [await signIn(rig, app, a), await signIn(rig, app, b, 1)];
    return new FriendPair(rig, app, a, b, ann, bob);
  }

  /** Somebody else. */
  user(userId: string, node = 0): Promise<UserCall> {
    return signIn(this.rig, this.app, userId, node);
  }

  get chat(): string {
    return `d:${this.a}:${this.b}`;
  }

  ask(more: object = {}) {
    return this.ann(Friends, 'sendFriendRequest', { ...to(this.b), text: 'hi', ...more });
  }

  accept(more: object = {}) {
    return this.bob(Friends, 'acceptFriendRequest', { ...to(this.a), ...more });
  }

  async befriend(): Promise<void> {
    await this.ask();
    await this.accept();
  }

  /** What a week does to ann's request. */
  expire(): Promise<void> {
    const sides = { userId: parseUserId(this.a), peerId: parseUserId(this.b) };
    const appId = parseAppId(this.app.appId);
    const work = { appId, owner: 'test', dispatchDelayMs: 0, request: null, ...sides };
    const sender = { kind: 'system', id: '' } as const;
    const words = { kind: 'friendRequestChanged', content: new Uint8Array() };
    const entry = () => ({ ...words, sender, countable: false, shown: false });
    return this.rig.withStores(({ friends }) =>
      friends.change({ ...work, feeds: 'both', chat: false }, ({ own, nowMs }) => {
        if (own.request === null) throw new Error('there is no request');
        const request = { ...own.request, expiresMs: nowMs };
        return { steps: [{ op: 'request', request, entry }], answer: () => null };
      }),
    );
  }

  /** As one of the two reads it through the second node. */
  async log(conversationId: string, who: string): Promise<Entry[]> {
    const device = await this.rig.signedIn(this.app, who, 1);
    return (await device.pull({ conversationId })).entries;
  }

  async feed(who: string): Promise<Body[]> {
    const entries = await this.log(`s:${who}`, who);
    return entries.flatMap(({ content }) => content?.body ?? []);
  }

  async kinds(who: string): Promise<Body['$case'][]> {
    return (await this.feed(who)).map(({ $case }) => $case);
  }

  /** A message of one of the two to the other. */
  async say(from: string): Promise<void> {
    await (await this.rig.signedIn(this.app, from)).send(this.chat, newId());
  }
}

async function signIn(rig: ApiRig, app: TestApp, userId: string, node = 0): Promise<UserCall> {
  const calls = await rig.calls(app, userId, node);
  await calls(Users, 'getMe', {});
  return calls;
}

export async function friendsOf(who: UserCall): Promise<string[]> {
  return (await who(Friends, 'listFriends', {})).friends.map(({ userId }) => userId);
}
