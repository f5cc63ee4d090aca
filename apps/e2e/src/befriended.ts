import { randomBytes } from 'node:crypto';
import { createGrpcClient, type GrpcClient } from '@queqiao/grpc-kit';
import { MomentServiceDefinition as Moments, PostContent } from '@queqiao/protocol/client';
import { eventually, queryRows, type TestApp, type TestCluster } from '@queqiao/testkit';
import { BackEnd } from './doors.js';

const BATCH = 500;
/** Calls in flight at a time. */
const READERS = 16;
/** Keeps a broken product from hanging the suite; no measurement. */
const GIVE_UP_MS = 60_000;

/** One user with very many friends, who read their timelines through one logic node. */
export class Befriended {
  readonly backEnd: BackEnd;
  readonly #moments: GrpcClient<typeof Moments>;

  constructor(
    private readonly cluster: TestCluster,
    private readonly app: TestApp,
    readonly userId: string,
    readonly friendIds: readonly string[],
    node: number,
  ) {
    const { grpcAddress } = cluster.logicAt(node);
    this.backEnd = new BackEnd(grpcAddress, app);
    this.#moments = createGrpcClient(Moments, grpcAddress);
  }

  /** Users through the back end; their friendships by rows, of which each would be a dozen calls. */
  async gather(): Promise<void> {
    const { userId, friendIds } = this;
    await this.backEnd.upsert(userId);
    for (let from = 0; from < friendIds.length; from += BATCH) {
      const batch = friendIds.slice(from, from + BATCH);
      await this.backEnd.upsert(...batch);
      const row = (one: string, other: string, n: number) =>
        `('${this.app.appId}', '${one}', '${other}', 1, '[]', 1, ${n})`;
      const rows = batch.map((id, n) => `${row(userId, id, from + n)}, ${row(id, userId, n)}`);
      await this.rows(
        `INSERT INTO friends (app_id, user_id, friend_id, active, tags, created_ms, feed_seq) VALUES ${rows.join(', ')}`,
      );
    }
  }

  async post(text: string, userId = this.userId): Promise<string> {
    const content = PostContent.create({ text });
    const request = { clientRequestId: newId(), content, audience: undefined };
    return (await this.#moments.createPost(request, await this.#as(userId))).postId;
  }

  async befriend(userB: string): Promise<void> {
    const request = { clientRequestId: newId(), pairs: [{ userA: this.userId, userB }] };
    await this.backEnd.friends.addFriends(request, this.backEnd.options);
  }

  /** Users among these whose timelines, read by pages to the end, do not have exactly these posts. */
  async strays(userIds: readonly string[], postIds: readonly string[]): Promise<string[]> {
    const strays: string[] = [];
    const left = [...userIds];
    const wanted = [...postIds].sort().join();
    const reader = async () => {
      for (let id = left.pop(); id !== undefined; id = left.pop()) {
        const found = await this.#timeline(id);
        if (found.sort().join() !== wanted) strays.push(id);
      }
    };
    await Promise.all(Array.from({ length: READERS }, reader));
    return strays;
  }

  /** References to the post in timelines, as far as they are committed. */
  async holders(postId: string): Promise<number> {
    const sql = 'SELECT COUNT(*) AS n FROM timeline_refs WHERE app_id = ? AND post_id = ?';
    const [row] = await this.rows(sql, this.app.appId, postId);
    return Number(row?.['n']);
  }

  /** The node that has a job of this kind for its own, of all that are not done. */
  async ownerOf(kind: string, authorId: string): Promise<string> {
    const sql = 'SELECT owner FROM moment_jobs WHERE app_id = ? AND kind = ? AND author_id = ?';
    const [row] = await this.rows(sql, this.app.appId, kind, authorId);
    return String(row?.['owner']);
  }

  settled(): Promise<boolean> {
    const sql = 'SELECT job_id FROM moment_jobs WHERE app_id = ?';
    const none = async () => (await this.rows(sql, this.app.appId)).length === 0;
    return eventually('jobs are done', none, GIVE_UP_MS);
  }

  rows(sql: string, ...values: (string | number)[]) {
    return queryRows(this.cluster.database.rootUrl, sql, values);
  }

  close(): void {
    this.backEnd.close();
    this.#moments.close();
  }

  async #timeline(userId: string): Promise<string[]> {
    const ids: string[] = [];
    const as = await this.#as(userId);
    for (let pageToken = ''; ;) {
      const page = await this.#moments.listTimeline({ pageToken, limit: 50 }, as);
      ids.push(...page.posts.map(({ postId }) => postId));
      if (page.nextPageToken === '') return ids;
      pageToken = page.nextPageToken;
    }
  }

  async #as(userId: string) {
    const authorization = `Bearer ${await this.app.token(userId)}`;
    return { metadata: { authorization, 'queqiao-device': 'd' } };
  }
}

function newId(): string {
  return randomBytes(8).toString('hex');
}
