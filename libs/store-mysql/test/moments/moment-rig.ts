import type { Audience, PostId } from '@queqiao/domain';
import type {
  Arrival,
  Database,
  TimelineJob,
  PostLimits,
  PostPlace,
  ViewedPost,
} from '../../src/index.js';
import { befriend, FriendRig, unfriend } from '../friends/friend-rig.js';
import { addUsers, anyTurn, app, note, type StoreRig, unasked, user } from '../rig/store-rig.js';

export const all: Audience = { kind: 'friends', userIds: [], tags: [] };
export const only = (...ids: string[]): Audience => ({
  kind: 'only',
  userIds: ids.map(user),
  tags: [],
});
export const postLimits: PostLimits = { maxFanOutFriends: 5_000, maxPostsPerDay: 1_000 };
/** By which everybody who has a friend has many. */
export const readFromAuthors: PostLimits = { ...postLimits, maxFanOutFriends: 0 };

let asks = 0;

/** Two users for every test, their posts, and the jobs that bring these to others. */
export class MomentRig {
  a = '';
  b = '';
  round = 0;
  readonly friends: FriendRig;

  constructor(
    readonly rig: StoreRig,
    readonly db: Database,
  ) {
    this.friends = new FriendRig(db);
  }

  async begin(): Promise<void> {
    await this.rig.root.query('DELETE FROM moment_jobs');
    this.round += 1;
    [this.a, this.b] = [`a${this.round}`, `b${this.round}`];
    await addUsers(this.db, this.a, this.b);
  }

  work(authorId: string) {
    const request = { requestId: `post-${(asks += 1)}`, method: 'Test' };
    const actor = { kind: 'user', id: authorId } as const;
    return { ...unasked, request: { actor, ...request }, authorId: user(authorId) };
  }

  async post(authorId: string, audience = all, limits = postLimits): Promise<PostId> {
    const told = (postId: PostId) => note('postChanged', postId);
    const post = { content: Buffer.from('x'), mentions: [], audience, limits };
    return (await this.db.posts.create(this.work(authorId), post, told)).answer.postId;
  }

  setAudience(authorId: string, postId: PostId, audience: Audience) {
    return this.db.posts.change({ ...this.work(authorId), postId }, () => ({
      change: { patch: { audience }, entry: note('postChanged') },
      answer: null,
    }));
  }

  /** Posts of an author's by rows alone, one at each of these times; ids in the order of the times. */
  async addPosts(authorId: string, timesMs: readonly number[], spread = 0): Promise<string[]> {
    const audience = JSON.stringify(all);
    const name = (n: number) => `p${spread}${String(n).padStart(4, '0')}-${authorId}`;
    const rows = timesMs.map((ms, n) => {
      return `('demo','${name(n)}','${authorId}','','${audience}',${ms},${spread})`;
    });
    await this.rig.rows(
      `INSERT INTO posts (app_id, post_id, author_id, content, audience, created_ms, spread) VALUES ${rows.join(',')}`,
    );
    return timesMs.map((_, n) => name(n));
  }

  /** Friends of a's, by rows alone. */
  async addFriends(count: number): Promise<string[]> {
    const ids = Array.from(
      { length: count },
      (_, n) => `f${String(n).padStart(5, '0')}-${this.round}`,
    );
    const rows = ids.map((id, n) => `('demo','${this.a}','${id}',1,'[]',1,${n})`);
    await this.rig.rows(
      `INSERT INTO friends (app_id, user_id, friend_id, active, tags, created_ms, feed_seq) VALUES ${rows.join(',')}`,
    );
    return ids;
  }

  bond(one = this.a, other = this.b) {
    const lists = [befriend(one, other), befriend(other, one)];
    return this.friends.steps(one, other, ...lists, { op: 'timelines' });
  }

  part(one = this.a, other = this.b) {
    return this.friends.steps(one, other, unfriend(one, other), unfriend(other, one));
  }

  /** Users who have the post in their timelines, as often as they have it. */
  async holders(postId: string): Promise<string[]> {
    const rows = await this.rig.rows<{ user_id: string }>(
      'SELECT user_id FROM timeline_refs WHERE app_id = ? AND post_id = ? ORDER BY user_id',
      [app, postId],
    );
    return rows.map((row) => row.user_id);
  }

  /** Users whose timelines name the author as a source. */
  async followers(authorId: string): Promise<string[]> {
    const rows = await this.rig.rows<{ user_id: string }>(
      'SELECT user_id FROM timeline_sources WHERE app_id = ? AND author_id = ? ORDER BY user_id',
      [app, authorId],
    );
    return rows.map((row) => row.user_id);
  }

  async claim(owner = 'logic-1', limit = 10): Promise<TimelineJob[]> {
    const jobs = await this.db.momentJobs.claimDue({ owner, limit, turn: anyTurn });
    return jobs.filter((job) => job.kind !== 'notify');
  }

  async claimOne(owner = 'logic-1'): Promise<TimelineJob> {
    const [job, ...others] = await this.claim(owner);
    if (job === undefined || others.length > 0) throw new Error('not one job');
    return job;
  }

  overdue() {
    return this.rig.root.query('UPDATE moment_jobs SET due_ms = 0');
  }

  /** All jobs that are due to their ends. */
  async workOff(): Promise<void> {
    for (const job of await this.claim()) {
      while (!(await this.db.momentJobs.advance(job))) continue;
    }
  }

  page(of: string, before: PostPlace | null, limit: number): Promise<ViewedPost[]> {
    return this.db.moments.atOnce(({ timelines }) =>
      timelines.page(app, user(of), { before, limit }),
    );
  }

  arrived(of: string, after: Arrival, limit: number) {
    return this.db.moments.atOnce(({ timelines }) =>
      timelines.arrivals(app, user(of), { after, limit }),
    );
  }

  /** Ids of the timeline, by pages of the limit. */
  async timeline(of: string, limit: number): Promise<string[]> {
    const ids: string[] = [];
    for (let before: PostPlace | null = null; ;) {
      const page = await this.page(of, before, limit);
      ids.push(...page.map(({ post }) => post.postId));
      if (page.length < limit) return ids;
      before = page.at(-1)?.post ?? null;
    }
  }

  /** What came from a moment on, by steps of the limit, as `time id`. */
  async arrivals(of: string, fromMs: number, limit: number): Promise<string[]> {
    const found: string[] = [];
    for (let after = { arrivedMs: fromMs, postId: '' }; ;) {
      const page = await this.arrived(of, after, limit);
      found.push(...page.map(({ post, arrivedMs }) => `${arrivedMs} ${post.postId}`));
      const last = page.at(-1);
      if (last === undefined || page.length < limit) return found;
      after = { arrivedMs: last.arrivedMs, postId: last.post.postId };
    }
  }
}
