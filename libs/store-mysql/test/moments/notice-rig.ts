import { selfConversationId, type Audience, type PostId } from '@queqiao/domain';
import type { Database, LogEntry, NoticeRecord, NoticeWords, NotifyJob } from '../../src/index.js';
import { addUsers, app, note, unasked, user, type StoreRig } from '../rig/store-rig.js';

export const ALL: Audience = { kind: 'friends', userIds: [], tags: [] };

/** Posts, likes and comments as rows, and jobs that tell of them. */
export class NoticeRig {
  #made = 0;

  constructor(
    readonly rig: StoreRig,
    readonly db: Database,
  ) {}

  /** Somebody new. */
  async user(name: string): Promise<string> {
    const id = `${name}-${(this.#made += 1)}`;
    await addUsers(this.db, id);
    return id;
  }

  /** Everybody with everybody else. */
  async befriend(...ids: string[]): Promise<void> {
    for (const a of ids) for (const b of ids) if (a !== b) await this.friend(a, b, 1);
  }

  /** One side of a friendship. */
  async friend(of: string, friend: string, active: 0 | 1): Promise<void> {
    const columns = 'app_id, user_id, friend_id, active, tags, created_ms, feed_seq';
    const sql = `INSERT INTO friends (${columns}) VALUES (?, ?, ?, ?, '[]', 1, 1)
      ON DUPLICATE KEY UPDATE active = VALUES(active)`;
    await this.rig.rows(sql, [app, of, friend, active]);
  }

  async block(of: string, other: string): Promise<void> {
    await this.rig.rows('INSERT INTO blocks VALUES (?, ?, ?, 1)', [app, of, other]);
  }

  async post(author: string, mentions: string[] = [], audience: object = ALL): Promise<PostId> {
    const postId = `post-${(this.#made += 1)}`;
    const columns = 'app_id, post_id, author_id, content, audience, mentions, created_ms';
    const texts = [JSON.stringify(audience), JSON.stringify(mentions)];
    const sql = `INSERT INTO posts (${columns}) VALUES (?, ?, ?, '', ?, ?, 1)`;
    await this.rig.rows(sql, [app, postId, author, ...texts]);
    return postId as PostId;
  }

  async set(postId: string, column: 'audience' | 'mentions' | 'state', value: unknown) {
    const stored = typeof value === 'number' ? value : JSON.stringify(value);
    await this.rig.rows(`UPDATE posts SET ${column} = ? WHERE post_id = ?`, [stored, postId]);
  }

  async like(postId: string, ...ids: string[]): Promise<void> {
    const rows = ids.map((id) => `('${app}', '${postId}', '${id}', 7)`);
    await this.rig.rows(`INSERT INTO likes VALUES ${rows.join(', ')}`);
  }

  async unlike(postId: string, id: string): Promise<void> {
    await this.rig.rows('DELETE FROM likes WHERE post_id = ? AND user_id = ?', [postId, id]);
  }

  async comment(postId: string, author: string, replyTo = ''): Promise<string> {
    const commentId = `comment-${(this.#made += 1)}`;
    const columns = 'app_id, post_id, comment_id, author_id, reply_to, text, created_ms';
    const sql = `INSERT INTO comments (${columns}) VALUES (?, ?, ?, ?, ?, 'well', 7)`;
    await this.rig.rows(sql, [app, postId, commentId, author, replyTo]);
    return commentId;
  }

  async removeComment(commentId: string): Promise<void> {
    await this.rig.rows("UPDATE comments SET state = 1, text = '' WHERE comment_id = ?", [
      commentId,
    ]);
  }

  /** As the change orders it that it tells of. */
  async order(
    deed: NotifyJob['deed'],
    postId: string,
    actor: string,
    commentId = '',
  ): Promise<NotifyJob> {
    const jobId = `job-${(this.#made += 1)}`;
    const columns =
      'job_id, app_id, kind, author_id, post_id, actor_id, comment_id, notice, owner, due_ms';
    const [post] = await this.rig.rows<{ author_id: string }>(
      'SELECT author_id FROM posts WHERE post_id = ?',
      [postId],
    );
    const authorId = post?.author_id ?? '';
    await this.rig.rows(
      `INSERT INTO moment_jobs (${columns}) VALUES (?, ?, 'notify', ?, ?, ?, ?, ?, 'logic-1', 0)`,
      [jobId, app, authorId, postId, actor, commentId, deed],
    );
    const job = { jobId, appId: app, kind: 'notify', attempts: 1, deed, commentId } as const;
    return { ...job, authorId: user(authorId), postId: postId as PostId, actorId: user(actor) };
  }

  async step(job: NotifyJob, db = this.db): Promise<boolean> {
    return (await db.notices.notify(job, unasked, told)).answer;
  }

  /** Orders a job and works it off. */
  async tell(...of: Parameters<NoticeRig['order']>): Promise<void> {
    const job = await this.order(...of);
    while (!(await this.step(job))) continue;
  }

  async list(of: string, unreadOnly = false): Promise<readonly NoticeRecord[]> {
    const page = { before: null, limit: 1_000, unreadOnly };
    return (await this.db.notices.list(app, user(of), page)).notices;
  }

  /** `kind actor` of each notice, newest first; the count of all that are not read agrees with the list of them. */
  async shown(of: string): Promise<string[]> {
    const unread = await this.list(of, true);
    if ((await this.db.notices.countUnread(app, user(of))) !== unread.length) {
      throw new Error('the count is not that of the list');
    }
    return (await this.list(of)).map(({ kind, actorId }) => `${kind} ${actorId}`);
  }

  /** What the feed tells, oldest first. */
  async feed(of: string): Promise<{ seq: number; kind: string; about: NoticeWords }[]> {
    const range = { fromSeq: 1, toSeq: 1_000 };
    const entries = await this.db.conversations.entries(app, selfConversationId(user(of)), range);
    return entries.map(({ seq, kind, content }) => ({
      seq,
      kind,
      about: JSON.parse(Buffer.from(content).toString()) as NoticeWords,
    }));
  }
}

export const told = (words: NoticeWords): LogEntry => note('momentNoticed', words);
