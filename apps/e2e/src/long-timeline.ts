import { createGrpcClient, type GrpcClient } from '@queqiao/grpc-kit';
import { MomentServiceDefinition as Moments, type Post } from '@queqiao/protocol/client';
import { queryRows, type TestCluster } from '@queqiao/testkit';
import { BackEnd } from './doors.js';

/** Users of one upsert, and posts of each friend of one statement. */
const BATCH = 500;
const POSTS_AT_ONCE = 10;
const APP = 'demo';
const READER = 'reader';

export interface TimelineSize {
  readonly friends: number;
  /** Of each friend, all of them in the reader's timeline. */
  readonly posts: number;
}

/**
 * A user with very many friends and very many posts in the timeline: friends take turns, a second for each post. Rows are written in
 * bulk, as jobs would have written them.
 */
export class LongTimeline {
  readonly #moments: GrpcClient<typeof Moments>;
  /** Stands before the place in every token of the list. */
  #binding = '';
  readonly #newestMs = Date.now() - 3_600_000;
  #as: { readonly metadata: Record<string, string> } = { metadata: {} };

  constructor(
    private readonly cluster: TestCluster,
    readonly size: TimelineSize,
  ) {
    this.#moments = createGrpcClient(Moments, cluster.logicAt(0).grpcAddress);
  }

  async fill(): Promise<void> {
    const { friends, posts } = this.size;
    const authorization = `Bearer ${await this.cluster.app.token(READER)}`;
    this.#as = { metadata: { authorization, 'queqiao-device': 'd' } };
    const ids = Array.from({ length: friends }, (_, n) => friendId(n));
    const backEnd = new BackEnd(this.cluster.logicAt(0).grpcAddress, this.cluster.app);
    await backEnd.upsert(READER);
    for (let from = 0; from < friends; from += BATCH) {
      const some = ids.slice(from, from + BATCH);
      await backEnd.upsert(...some);
      const rows = some.flatMap((id, n) => [
        `('${APP}', '${READER}', '${id}', 1, '[]', 1, ${from + n})`,
        `('${APP}', '${id}', '${READER}', 1, '[]', 1, 1)`,
      ]);
      const columns = 'app_id, user_id, friend_id, active, tags, created_ms, feed_seq';
      await this.#run(`INSERT INTO friends (${columns}) VALUES ${rows.join(', ')}`);
    }
    backEnd.close();
    for (let from = 0; from < posts; from += POSTS_AT_ONCE) {
      await this.#addPosts(Array.from({ length: POSTS_AT_ONCE }, (_, n) => from + n));
    }
    await this.#run('ANALYZE TABLE posts, timeline_refs, friends, users');
  }

  /** The first so many friends are sources from now on, as if they had been for all of their posts. */
  async makeSources(count: number): Promise<void> {
    const last = friendId(count - 1);
    await this.#run(
      `UPDATE posts SET spread = 1 WHERE app_id = '${APP}' AND author_id <= '${last}' AND spread = 0`,
    );
    await this.#run(
      `DELETE r FROM timeline_refs r JOIN posts p ON p.app_id = r.app_id AND p.post_id = r.post_id
       WHERE r.user_id = '${READER}' AND p.spread = 1`,
    );
    await this.#run(
      `INSERT IGNORE INTO timeline_sources SELECT app_id, user_id, friend_id, 1 FROM friends
       WHERE app_id = '${APP}' AND user_id = '${READER}' AND friend_id <= '${last}'`,
    );
    await this.#run('ANALYZE TABLE posts, timeline_refs, timeline_sources');
  }

  /** Ids of the page that begins below this many posts; 0: the first. */
  wanted(below: number, limit: number): string[] {
    return Array.from({ length: limit }, (_, n) => this.#postId(below + n));
  }

  async first(limit: number): Promise<{ readonly ids: string[]; readonly newerToken: string }> {
    const page = await this.#moments.listTimeline({ pageToken: '', limit }, this.#as);
    this.#binding = page.nextPageToken.slice(0, -this.#placeBelow(limit).length);
    return { ids: idsOf(page.posts), newerToken: page.newerToken };
  }

  /** As after having scrolled so far, once the first page was read: the place is that of the last post of the page before. */
  async below(posts: number, limit: number): Promise<string[]> {
    const pageToken = this.#binding + this.#placeBelow(posts);
    return idsOf((await this.#moments.listTimeline({ pageToken, limit }, this.#as)).posts);
  }

  async newer(newerToken: string, limit: number): Promise<string[]> {
    return idsOf((await this.#moments.listNewPosts({ newerToken, limit }, this.#as)).posts);
  }

  /** These came just now, for whoever asks what is new. */
  async arrive(posts: number): Promise<void> {
    const ids = Array.from({ length: posts }, (_, n) => `'${this.#postId(n)}'`);
    await this.#run(
      `UPDATE timeline_refs SET arrived_ms = UNIX_TIMESTAMP() * 1000
       WHERE user_id = '${READER}' AND post_id IN (${ids.join(', ')})`,
    );
  }

  /** Rows and index entries that the server has read, for whatever reason. */
  async reads(): Promise<number> {
    const rows = await queryRows(
      this.cluster.database.rootUrl,
      "SHOW GLOBAL STATUS LIKE 'Handler_read%'",
    );
    return rows.reduce((sum, row) => sum + Number(row['Value']), 0);
  }

  close(): void {
    this.#moments.close();
  }

  async #addPosts(turns: readonly number[]): Promise<void> {
    const { friends } = this.size;
    const numbers = turns.map((turn) => `SELECT ${turn} AS k`).join(' UNION ALL ');
    const audience = '{"kind":"friends","userIds":[],"tags":[]}';
    const first = `'p${String(turns[0]).padStart(4, '0')}'`;
    const last = `'p${String((turns.at(-1) ?? 0) + 1).padStart(4, '0')}'`;
    await this.#run(
      `INSERT INTO posts (app_id, post_id, author_id, content, audience, created_ms)
       SELECT f.app_id, CONCAT('p', LPAD(n.k, 4, '0'), '-', f.friend_id), f.friend_id,
         CONCAT(CHAR(10), CHAR(100), REPEAT('x', 100)), '${audience}',
         ${this.#newestMs} - (n.k * ${friends} + f.feed_seq) * 1000
       FROM friends f JOIN (${numbers}) n WHERE f.app_id = '${APP}' AND f.user_id = '${READER}'`,
    );
    await this.#run(
      `INSERT INTO timeline_refs (app_id, user_id, created_ms, post_id, arrived_ms)
       SELECT app_id, '${READER}', created_ms, post_id, created_ms FROM posts
       WHERE app_id = '${APP}' AND post_id >= ${first} AND post_id < ${last}`,
    );
  }

  #placeBelow(posts: number): string {
    const place = [this.#createdMs(posts - 1), this.#postId(posts - 1)];
    return Buffer.from(JSON.stringify(place)).toString('base64url');
  }

  #postId(n: number): string {
    const { friends } = this.size;
    return `p${String(Math.floor(n / friends)).padStart(4, '0')}-${friendId(n % friends)}`;
  }

  #createdMs(n: number): number {
    return this.#newestMs - n * 1_000;
  }

  #run(sql: string) {
    return queryRows(this.cluster.database.rootUrl, sql);
  }
}

function friendId(n: number): string {
  return `friend-${String(n).padStart(4, '0')}`;
}

function idsOf(posts: readonly Post[]): string[] {
  return posts.map(({ postId }) => postId);
}
