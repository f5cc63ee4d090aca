import { DomainError } from '@queqiao/domain';
import {
  Audience,
  CommentServiceDefinition as CommentService,
  MomentNoticeServiceDefinition as NoticeService,
  MomentServiceDefinition as MomentService,
} from '@queqiao/protocol/client';
import type { RequestOf, ResponseOf } from '../../src/connection/typed-call.js';
import type { FakeMoments, FakePost } from './fake-moments.js';
import type { FakePeople } from './fake-people.js';

const Methods = {
  ...MomentService.methods,
  ...CommentService.methods,
  ...NoticeService.methods,
};
type Service = { readonly fullName: string; readonly methods: typeof Methods };
type Name = keyof typeof Methods;
type Handlers = {
  readonly [N in Name]: (
    user: string,
    request: RequestOf<Service, N>,
  ) => Partial<ResponseOf<Service, N>>;
};

interface AnyResponse {
  fromPartial(answer: object): unknown;
  encode(message: unknown): { finish(): Uint8Array };
}

/** The services of posts as clients see them, with repeated calls answered once. */
export class FakeMomentCalls {
  /** Posts and notices of one answer at most. */
  maxPage = 50;

  constructor(
    private readonly people: FakePeople,
    private readonly moments: FakeMoments,
  ) {}

  /** Undefined: not a method of theirs. */
  execute(user: string, method: string, body: Uint8Array): Uint8Array | undefined {
    const found = Object.entries(Methods).find(([, { name }]) => name === method);
    if (found === undefined) return undefined;
    const name = found[0] as Name;
    const responseType = found[1].responseType as AnyResponse;
    const request = found[1].requestType.decode(body) as { clientRequestId?: string };
    const carryOut = (): Uint8Array => {
      const answer = this.#handlers[name](user, request as never);
      return responseType.encode(responseType.fromPartial(answer)).finish();
    };
    const { clientRequestId } = request;
    if (clientRequestId === undefined) return carryOut();
    return this.people.once(user, clientRequestId, carryOut);
  }

  readonly #handlers: Handlers = {
    createPost: (user, { content, audience }) =>
      this.moments.create(user, content, audience ?? Audience.create()),
    editPost: (user, { postId, content }) => {
      const one = this.moments.demand(user, postId, true);
      const revision = one.post.revision + 1;
      one.post = { ...one.post, content, revision, editedMs: one.post.createdMs + revision };
      this.moments.changed(user, postId);
      return { editedMs: one.post.editedMs, revision };
    },
    setAudience: (user, { postId, audience = Audience.create() }) => {
      this.moments.demand(user, postId, true).audience = audience;
      this.moments.changed(user, postId);
      return {};
    },
    deletePost: (user, { postId }) => {
      this.moments.demand(user, postId, true);
      this.moments.posts.delete(postId);
      this.moments.changed(user, postId, true);
      return {};
    },
    getPost: (user, { postId }) => ({
      post: this.moments.view(user, this.moments.demand(user, postId)),
    }),
    listPosts: (user, { userId, pageToken, limit }) => {
      const all = this.moments.seenBy(user).filter(({ post }) => post.authorId === userId);
      return this.#page(user, all, pageToken, limit);
    },
    listTimeline: (user, { pageToken, limit }) => ({
      ...this.#page(user, this.moments.seenBy(user), pageToken, limit),
      newerToken: pageToken === '' ? String(this.#newest()) : '',
    }),
    listNewPosts: (user, { newerToken, limit }) => {
      const newer = this.moments
        .seenBy(user)
        .filter(({ cameAt }) => cameAt > Number(newerToken))
        .sort((a, b) => a.cameAt - b.cameAt);
      const page = newer.slice(0, Math.min(limit, this.maxPage));
      return {
        posts: page.map((one) => this.moments.view(user, one)),
        newerToken: String(page.at(-1)?.cameAt ?? newerToken),
        more: page.length < newer.length,
      };
    },
    likePost: (user, { postId }) => {
      this.moments.like(user, postId, true);
      return {};
    },
    unlikePost: (user, { postId }) => {
      this.moments.like(user, postId, false);
      return {};
    },
    sharePost: (user, { postId }) => {
      const one = this.moments.demand(user, postId);
      one.shares += 1;
      this.moments.changed(user, postId);
      return { shareCount: one.shares };
    },
    createComment: (user, { postId, text, replyToCommentId }) =>
      this.moments.comment(user, postId, text, replyToCommentId),
    deleteComment: (user, { postId, commentId }) => {
      const { post, comments } = this.moments.demand(user, postId);
      const at = comments.findIndex((comment) => comment.commentId === commentId);
      const comment = comments[at];
      if (comment === undefined) throw new DomainError('NOT_FOUND', 'no such comment');
      if (![post.authorId, comment.authorId].includes(user)) {
        throw new DomainError('PERMISSION_DENIED', 'the comment of somebody else');
      }
      comments.splice(at, 1);
      this.moments.changed(user, postId);
      return {};
    },
    listLikes: (user, { postId }) => {
      const { likes } = this.moments.view(user, this.moments.demand(user, postId));
      return { likes: (likes?.userIds ?? []).map((userId) => ({ userId, createdMs: 1 })) };
    },
    listComments: (user, { postId, pageToken, limit }) => {
      const { post, comments } = this.moments.demand(user, postId);
      const all = this.moments.commentsFor(user, post, comments);
      const { items, nextPageToken } = part(all, pageToken, limit || 50);
      return { comments: items, nextPageToken };
    },
    listMomentNotices: (user, { pageToken, limit }) => {
      const size = Math.min(limit || 50, this.maxPage);
      const { items, nextPageToken } = part(this.moments.notices(user), pageToken, size);
      return { notices: items, nextPageToken };
    },
    countMomentNotices: (user) => ({ unreadCount: this.#unread(user) }),
    markMomentNoticesRead: (user, { throughSeq }) => {
      this.moments.readThrough(user, throughSeq);
      return { unreadCount: this.#unread(user) };
    },
  };

  #page(user: string, all: readonly FakePost[], pageToken: string, limit: number) {
    const { items, nextPageToken } = part(all, pageToken, Math.min(limit || 20, this.maxPage));
    return { posts: items.map((one) => this.moments.view(user, one)), nextPageToken };
  }

  #newest(): number {
    return Math.max(0, ...[...this.moments.posts.values()].map(({ cameAt }) => cameAt));
  }

  #unread(user: string): number {
    return this.moments.notices(user).filter(({ unread }) => unread).length;
  }
}

/** The page behind the token, which names the last one before it. */
function part<Item>(all: readonly Item[], pageToken: string, limit: number) {
  const from = all.findIndex((one) => nameOf(one) === pageToken) + 1;
  const items = all.slice(from, from + limit);
  const last = items.at(-1);
  const isLast = last === undefined || from + items.length >= all.length;
  return { items, nextPageToken: isLast ? '' : nameOf(last) };
}

function nameOf(one: unknown): string {
  const { post, commentId, seq } = one as {
    post?: { postId: string };
    commentId?: string;
    seq?: number;
  };
  return post?.postId ?? commentId ?? String(seq);
}
