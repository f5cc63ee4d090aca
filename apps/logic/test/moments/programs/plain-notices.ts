import type { PlainMoments, PlainPost } from './plain-moments.js';
import type { PlainComment, PlainReactions } from './plain-reactions.js';

export type NoticeKind = 'LIKE' | 'COMMENT' | 'REPLY' | 'MENTION';

/** Something was done that others have not been told of yet. */
interface Deed {
  readonly kind: 'LIKE' | 'COMMENT' | 'MENTION';
  readonly post: PlainPost;
  readonly actor: string;
  readonly comment?: PlainComment;
}

export interface PlainNotice extends Omit<Deed, 'kind'> {
  readonly kind: NoticeKind;
  readonly to: string;
  /** Its place in the feed, which only the server can say. */
  seq: number;
}

/** Who is told what: decided when deeds are told, and again whenever notices are read. */
export class PlainNotices {
  readonly notices: PlainNotice[] = [];
  readonly marks = new Map<string, number>();
  #untold: Deed[] = [];

  constructor(
    private readonly moments: PlainMoments,
    private readonly reactions: PlainReactions,
  ) {}

  happened(deed: Deed): void {
    this.#untold.push(deed);
  }

  /** Mentions, unless nobody else sees the post. */
  mentioned(post: PlainPost): void {
    if (post.audience.kind === 'PRIVATE') return;
    this.happened({ kind: 'MENTION', post, actor: post.author });
  }

  tell(): void {
    for (const deed of this.#untold) {
      const concerned = deed.kind === 'MENTION' ? deed.post.mentions : this.#involved(deed);
      for (const to of new Set(concerned)) if (to !== deed.actor) this.#tell(to, deed);
    }
    this.#untold = [];
  }

  #tell(to: string, deed: Deed): void {
    const isReply = deed.comment?.answers?.writer === to;
    const notice = { ...deed, kind: isReply ? ('REPLY' as const) : deed.kind, to, seq: 0 };
    if (this.#stands(notice) && !this.notices.some((told) => same(told, notice))) {
      this.notices.push(notice);
    }
  }

  /** The post's author, and friends of the actor's who like it or have a comment there, from before the deed. */
  #involved({ post, actor, comment }: Deed): string[] {
    const { likes, comments } = this.reactions;
    const likesOfPost = likes.filter((like) => like.post === post);
    const deed = comment ?? likesOfPost.find(({ writer }) => writer === actor);
    if (deed === undefined) return [];
    const there = comments.filter((other) => other.post === post && !other.gone);
    const before = [...likesOfPost, ...there].filter(({ turn }) => turn < deed.turn);
    const friends = before.filter(({ writer }) => this.moments.areFriends(actor, writer));
    return [post.author, ...friends.map(({ writer }) => writer)];
  }

  #stands({ kind, to, post, actor, comment }: PlainNotice): boolean {
    if (!this.moments.seesPost(to, post)) return false;
    if (!this.reactions.sees(to, post, actor)) return false;
    if (kind === 'MENTION') return post.mentions.includes(to);
    if (kind === 'LIKE') return this.reactions.liked(post, actor);
    return comment?.gone === false;
  }

  /** Newest first. */
  listOf(to: string, unreadOnly: boolean): PlainNotice[] {
    const own = this.notices.filter((notice) => notice.to === to && this.#stands(notice));
    const listed = own.filter((notice) => !unreadOnly || this.isUnread(notice));
    return listed.sort((a, b) => b.seq - a.seq);
  }

  isUnread({ to, seq }: PlainNotice): boolean {
    return seq > (this.marks.get(to) ?? 0);
  }

  mark(to: string, seq: number): void {
    this.marks.set(to, Math.max(seq, this.marks.get(to) ?? 0));
  }
}

function same(a: PlainNotice, b: PlainNotice): boolean {
  const words = ({ to, kind, post, actor, comment }: PlainNotice) =>
    [to, kind, post.name, actor, comment?.name].join();
  return words(a) === words(b);
}
