import { DomainError } from '@queqiao/domain';
import {
  Audience,
  Audience_Kind as For,
  Comment,
  MomentNotice,
  MomentNotice_Kind as Noticed,
  Post,
} from '@queqiao/protocol/client';
import type { FakePeople } from './fake-people.js';

export interface FakePost {
  post: Post;
  audience: Audience;
  readonly likers: string[];
  readonly comments: Comment[];
  /** In the order in which posts come into timelines. */
  readonly cameAt: number;
  shares: number;
}

interface Told extends MomentNotice {
  readonly commentId: string;
}

/** Posts, who sees them, what is said to them, and the notices of it. */
export class FakeMoments {
  readonly posts = new Map<string, FakePost>();
  readonly #notices = new Map<string, Told[]>();
  readonly #readSeq = new Map<string, number>();
  #count = 0;

  constructor(private readonly people: FakePeople) {}

  /** Posts that the user sees, newest first. */
  seenBy(user: string): FakePost[] {
    const seen = [...this.posts.values()].filter((one) => this.#sees(user, one));
    return seen.sort((a, b) => b.post.createdMs - a.post.createdMs);
  }

  /** Throws NOT_FOUND for what the user may not see. */
  demand(user: string, postId: string, own = false): FakePost {
    const found = this.posts.get(postId);
    if (found === undefined || !this.#sees(user, found)) throw notFound('post_id');
    if (own && found.post.authorId !== user) throw notFound('post_id');
    return found;
  }

  /** As one user sees it. */
  view(user: string, { post, audience, likers, comments, shares }: FakePost): Post {
    const userIds = likers.filter((id) => this.#seesReaction(user, post.authorId, id));
    const mine = userIds.includes(user);
    const likes = { count: userIds.length, countIsBound: false, mine, userIds };
    const seen = this.commentsFor(user, post, comments);
    return Post.fromPartial({
      ...post,
      likes,
      comments: { count: seen.length, comments: seen.slice(0, 10) },
      shareCount: shares,
      ...(post.authorId === user ? { audience } : {}),
    });
  }

  commentsFor(user: string, { authorId }: Post, comments: readonly Comment[]): Comment[] {
    return comments.filter((one) => this.#seesReaction(user, authorId, one.authorId));
  }

  /** @param createdMs left out: now; a post that was made earlier comes late. */
  create(
    authorId: string,
    content: Post['content'],
    audience = Audience.create(),
    createdMs?: number,
  ): Post {
    this.#count += 1;
    const id = String(this.#count).padStart(4, '0');
    const made = createdMs ?? 1_700_000_000_000 + this.#count * 1_000;
    const post = Post.create({ postId: `p${id}`, authorId, content, createdMs: made });
    const { postId } = post;
    const cameAt = this.#count;
    this.posts.set(postId, { post, audience, likers: [], comments: [], cameAt, shares: 0 });
    this.changed(authorId, postId);
    return post;
  }

  changed(user: string, postId: string, removed = false): void {
    this.people.tell(user, user, { $case: 'postChanged', value: { postId, removed } });
  }

  like(user: string, postId: string, liked: boolean): void {
    const one = this.demand(user, postId);
    const at = one.likers.indexOf(user);
    if (liked === at >= 0) return;
    if (liked) one.likers.push(user);
    else one.likers.splice(at, 1);
    this.changed(user, postId);
    if (liked) this.#notice(one.post.authorId, user, postId, Noticed.LIKE);
  }

  comment(user: string, postId: string, text: string, replyToCommentId = ''): Comment {
    const one = this.demand(user, postId);
    const answered = one.comments.find(({ commentId }) => commentId === replyToCommentId);
    if (replyToCommentId !== '' && !answered) throw notFound('reply_to_comment_id');
    this.#count += 1;
    const commentId = `c${this.#count}`;
    const replyToUserId = answered?.authorId ?? '';
    const createdMs = 1_700_000_000_000 + this.#count * 1_000;
    const what = { commentId, authorId: user, text, createdMs, replyToCommentId, replyToUserId };
    const comment = Comment.create(what);
    one.comments.push(comment);
    this.changed(user, postId);
    this.#notice(replyToUserId, user, postId, Noticed.REPLY, commentId);
    const { authorId } = one.post;
    if (authorId !== replyToUserId) {
      this.#notice(authorId, user, postId, Noticed.COMMENT, commentId);
    }
    return comment;
  }

  notices(user: string): MomentNotice[] {
    const readSeq = this.#readSeq.get(user) ?? 0;
    return (this.#notices.get(user) ?? [])
      .flatMap((told) => this.#resolved(user, told) ?? [])
      .map((notice) => ({ ...notice, unread: notice.seq > readSeq }))
      .reverse();
  }

  readThrough(user: string, throughSeq: number): void {
    if (throughSeq <= (this.#readSeq.get(user) ?? 0)) return;
    this.#readSeq.set(user, throughSeq);
    this.people.tell(user, user, { $case: 'momentNoticesRead', value: { throughSeq } });
  }

  /** Undefined: of something that is gone. */
  #resolved(user: string, { commentId, ...notice }: Told): MomentNotice | undefined {
    const one = this.posts.get(notice.postId);
    if (one === undefined || !this.#sees(user, one)) return undefined;
    if (commentId === '') return one.likers.includes(notice.actorId) ? notice : undefined;
    const comment = one.comments.find((each) => each.commentId === commentId);
    return comment && { ...notice, comment };
  }

  #notice(user: string, actorId: string, postId: string, kind: Noticed, commentId = ''): void {
    if (user === '' || user === actorId) return;
    const value = { kind, postId, actorId, commentId };
    this.people.tell(user, actorId, { $case: 'momentNoticed', value });
    const seq = this.people.feedSeq(user);
    const told = {
      ...MomentNotice.create({ seq, kind, postId, actorId, createdMs: seq }),
      commentId,
    };
    this.#notices.set(user, [...(this.#notices.get(user) ?? []), told]);
  }

  #sees(user: string, { post: { authorId }, audience: { kind, userIds } }: FakePost): boolean {
    if (user === authorId) return true;
    if (!this.#areFriends(user, authorId) || kind === For.PRIVATE) return false;
    if (kind === For.ONLY) return userIds.includes(user);
    return kind !== For.EXCEPT || !userIds.includes(user);
  }

  #seesReaction(user: string, authorId: string, writerId: string): boolean {
    return writerId === user || writerId === authorId || this.#areFriends(user, writerId);
  }

  #areFriends(user: string, other: string): boolean {
    return this.people
      .friends(user)
      .some(({ friend, active }) => active && friend.userId === other);
  }
}

function notFound(field: string): DomainError {
  return new DomainError('NOT_FOUND', 'there is none', { field });
}
