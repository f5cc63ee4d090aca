import type { Audience, PostId } from '@queqiao/domain';
import type { CommentFacts, Database, ReactionWork, ViewedPost } from '../../src/index.js';
import { postLimits } from './moment-rig.js';
import { app, note, unasked, user, type StoreRig } from '../rig/store-rig.js';

const all: Audience = { kind: 'friends', userIds: [], tags: [] };
let asks = 0;

/** Posts, and what users do about them, each by a request of its own and whatever it is to them. */
export class ReactionRig {
  constructor(
    readonly rig: StoreRig,
    readonly db: Database,
  ) {}

  work(userId: string, postId = '', requestId = `reaction-${(asks += 1)}`) {
    const actor = { kind: 'user', id: userId } as const;
    const request = { actor, requestId, method: 'Test' };
    return { ...unasked, request, userId: user(userId), postId } satisfies ReactionWork;
  }

  async post(authorId: string): Promise<PostId> {
    const work = { ...this.work(authorId), authorId: user(authorId) };
    const content = Buffer.from('x');
    const made = { content, audience: all, mentions: [], limits: postLimits };
    return (await this.db.posts.create(work, made, (id) => note('postChanged', id))).answer.postId;
  }

  async like(userId: string, postId: string): Promise<ViewedPost | null> {
    return this.#seen((decide) => this.db.reactions.like(this.work(userId, postId), decide));
  }

  async unlike(userId: string, postId: string): Promise<ViewedPost | null> {
    return this.#seen((decide) => this.db.reactions.unlike(this.work(userId, postId), decide));
  }

  async comment(userId: string, postId: string, text = 'hm', replyTo = ''): Promise<string> {
    const work = { ...this.work(userId, postId), replyTo };
    const entry = note('postChanged', postId);
    return (await this.db.reactions.comment(work, () => ({ text, entry }))).answer.commentId;
  }

  async deleteComment(
    userId: string,
    postId: string,
    commentId: string,
  ): Promise<CommentFacts | null> {
    const found: (CommentFacts | null)[] = [];
    const work = { ...this.work(userId, postId), commentId };
    await this.db.reactions.deleteComment(work, (_, comment) => {
      found.push(comment);
      return { state: 'deleted', entry: note('postChanged', postId) };
    });
    return found[0] ?? null;
  }

  /** Likes by rows alone, of u<n> at n. */
  async likesByRows(postId: string, users: readonly string[]): Promise<void> {
    const rows = users.map((id, n) => `('${app}','${postId}','${id}',${n + 1})`);
    await this.rig.rows(
      `INSERT INTO likes (app_id, post_id, user_id, created_ms) VALUES ${rows.join(',')}`,
    );
  }

  async commentsByRows(postId: string, writers: readonly string[]): Promise<void> {
    const rows = writers.map(
      (id, n) => `('${app}','${postId}','c${n}','${id}','text ${n}',${n + 1})`,
    );
    await this.rig.rows(
      `INSERT INTO comments (app_id, post_id, comment_id, author_id, text, created_ms) VALUES ${rows.join(',')}`,
    );
  }

  async #seen(
    change: (decide: (post: ViewedPost | null) => ReturnType<typeof note>) => Promise<unknown>,
  ): Promise<ViewedPost | null> {
    const found: (ViewedPost | null)[] = [];
    await change((post) => {
      found.push(post);
      return note('postChanged');
    });
    return found[0] ?? null;
  }
}
