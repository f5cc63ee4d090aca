import { selfConversationId, type FriendRecord, type FriendRequestRecord } from '@queqiao/domain';
import type {
  Database,
  DecideFriends,
  FriendFacts,
  FriendStep,
  FriendWork,
  LogOutcome,
} from '../../src/index.js';
import { app, note, unasked, user } from '../rig/store-rig.js';

export const source = { way: 'qr', detail: 'x' } as const;
const shown = { hideMyPosts: false, hideTheirPosts: false };
export const HOUR = 3_600_000;

export const befriend = (of: string, friend: string, remark = ''): FriendStep => ({
  op: 'friend',
  userId: user(of),
  friend: { friendId: user(friend), remark, tags: ['t'], source, createdMs: 5, ...shown },
  active: true,
  entry: (row) => note('friendChanged', row),
});
export const unfriend = (of: string, friend: string): FriendStep => ({
  ...(befriend(of, friend) as Extract<FriendStep, { op: 'friend' }>),
  active: false,
});
const asked = (
  from: string,
  to: string,
  more: Partial<FriendRequestRecord> = {},
): Extract<FriendStep, { op: 'request' }>['request'] => ({
  fromId: user(from),
  toId: user(to),
  text: 'hello',
  source,
  state: 'pending',
  answer: '',
  createdMs: 1,
  updatedMs: 1,
  expiresMs: Date.now() + HOUR,
  read: false,
  remark: 'r',
  tags: ['x'],
  ...more,
});
export const request = (...of: Parameters<typeof asked>): FriendStep => ({
  op: 'request',
  request: asked(...of),
  entry: (seen, unread) => note('friendRequestChanged', { ...seen, unread }),
});
export const flags = (on: number, off: number, ...ids: string[]): FriendStep => ({
  op: 'flags',
  userIds: ids.map(user),
  on,
  off,
});
export const block = (blocked: boolean): FriendStep => ({
  op: 'block',
  blocked,
  entry: note('block'),
});
export const greeting: FriendStep = {
  op: 'chat',
  entry: { ...note('becameFriends'), shown: true },
};

export interface Told extends FriendRecord {
  readonly unread: number;
  readonly read: boolean;
  readonly state: string;
}

let asks = 0;

/** Changes of what users are to each other, each by a request of its own, and what feeds say of them. */
export class FriendRig {
  constructor(readonly db: Database) {}

  change<T>(
    own: string,
    peer: string,
    decide: DecideFriends<T>,
    more: Partial<FriendWork> & { requestId?: string } = {},
  ): Promise<LogOutcome<T>> {
    const { requestId = `ask-${(asks += 1)}`, ...rest } = more;
    const asking = { actor: { kind: 'user', id: own } as const, requestId, method: 'Test' };
    const work = { ...unasked, request: asking, userId: user(own), peerId: user(peer) };
    return this.db.friends.change({ ...work, feeds: 'both', chat: false, ...rest }, decide);
  }

  steps(
    own: string,
    peer: string,
    ...list: FriendStep[]
  ): Promise<LogOutcome<FriendRecord | null>> {
    return this.change(own, peer, () => ({ steps: list, answer: (friend) => friend }));
  }

  async facts(own: string, peer: string): Promise<FriendFacts> {
    const seen: FriendFacts[] = [];
    await this.change(
      own,
      peer,
      (now) => {
        seen.push(now);
        return { steps: [], answer: () => null };
      },
      { withCounts: true },
    );
    return seen[0] as FriendFacts;
  }

  async feed(of: string): Promise<{ seq: number; kind: string; about: Told }[]> {
    const range = { fromSeq: 1, toSeq: 100 };
    const id = selfConversationId(user(of));
    const entries = await this.db.conversations.entries(app, id, range);
    return entries.map(({ seq, kind, content }) => ({
      seq,
      kind,
      about: JSON.parse(Buffer.from(content).toString()) as Told,
    }));
  }
}
