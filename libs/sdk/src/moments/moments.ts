import {
  Audience,
  CommentServiceDefinition as Comments,
  MomentServiceDefinition as Posts,
  PostContent,
  type CreateCommentResponse,
  type CreatePostResponse,
  type EditPostResponse,
  type Image,
  type LinkCard,
  type ListCommentsResponse,
  type ListLikesResponse,
  type Location,
  type Post,
  type Video,
} from '@queqiao/protocol/client';
import type { Engine } from '../engine.js';
import { MomentNotices } from './moment-notices.js';
import { PendingLikes, withLike } from './pending-likes.js';
import { postSource, readPost, timelineSource, userSource } from './post-source.js';
import { WatchedPostLists } from './watched-post-lists.js';
import type { WatchedPosts } from './watched-posts.js';

/** What a post is to say; at least one of text, images, video and link. */
export interface PostDraft {
  readonly text?: string;
  /** At most 9, and none beside a video. */
  readonly images?: readonly Partial<Image>[];
  readonly video?: Partial<Video> | undefined;
  readonly location?: Partial<Location> | undefined;
  readonly link?: Partial<LinkCard> | undefined;
  readonly mentionedUserIds?: readonly string[];
}

/** For whom a post is. With `only` and `except` at least one user or one of the user's own tags is named. */
export type AudienceWish = {
  readonly kind: Audience['kind'];
  readonly userIds?: readonly string[];
  readonly tags?: readonly string[];
};

export interface MomentPage {
  readonly pageToken?: string;
  readonly limit?: number;
}

export interface MomentStats {
  readonly watchedPostLists: number;
  readonly watchedPosts: number;
  readonly keptNotices: number;
}

/**
 * Posts that friends show each other, and what they say to them. Calls reject with a QueqiaoError; those that change something are
 * repeated under one request id until the outcome is known, and told to all devices of the user by `postChanged`. What the user
 * may not see is NOT_FOUND, like what does not exist.
 */
export class Moments {
  readonly notices: MomentNotices;
  readonly #engine: Engine;
  readonly #lists: WatchedPostLists;
  readonly #likes: PendingLikes;

  constructor(engine: Engine) {
    const { call, clock, newBackoff, events, replica } = engine;
    const { limits } = engine.stats();
    const userId = (): string => replica.userId;
    this.#engine = engine;
    this.notices = new MomentNotices(engine);
    this.#likes = new PendingLikes({
      userId,
      send: (postId, liked) => this.#sendLike(postId, liked),
      onChange: (postId) => this.#lists.redraw(postId),
      onDone: (postId, liked) =>
        this.#lists.change(postId, (post) => withLike(post, userId(), liked)),
    });
    const view = (post: Post): Post => this.#likes.view(post);
    const onChange = (watched: WatchedPosts): void => events.emit('watchedPosts', watched);
    this.#lists = new WatchedPostLists({
      call,
      clock,
      limits,
      newBackoff,
      userId,
      view,
      onChange,
    });
    events.on('postChanged', ({ postId, removed }) => {
      if (removed) this.#lists.removed(postId);
      else this.#lists.heard(postId, true);
    });
    events.on('momentNoticed', ({ postId }) => this.#lists.heard(postId, false));
    events.on('state', ({ name }) => {
      if (name === 'online') this.#lists.resume();
    });
    // Whose posts the user sees may be others now.
    events.on('friendChanged', () => this.#lists.renew());
    events.on('blockChanged', () => this.#lists.renew());
    events.on('reset', () => this.#lists.reset());
  }

  /** The user's posts and those of friends. Throws LIMIT_EXCEEDED (maxWatchedPostLists). */
  timeline(): WatchedPosts {
    return this.#lists.watch(timelineSource(this.#engine.call, () => this.#engine.replica.userId));
  }

  /** The posts of one user. Throws LIMIT_EXCEEDED (maxWatchedPostLists). */
  ofUser(userId: string): WatchedPosts {
    return this.#lists.watch(userSource(this.#engine.call, userId));
  }

  /** A list of this post alone; of none once there is none for the user. Throws LIMIT_EXCEEDED (maxWatchedPostLists). */
  watch(postId: string): WatchedPosts {
    return this.#lists.watch(postSource(this.#engine.call, postId));
  }

  /** Undefined: there is none for the user. */
  get(postId: string): Promise<Post | undefined> {
    return readPost(this.#engine.call, postId);
  }

  /** Without an audience it is for all friends. Rejects with LIMIT_EXCEEDED when it says too much. */
  post(draft: PostDraft, audience?: AudienceWish): Promise<CreatePostResponse> {
    const request = { content: contentOf(draft), audience: audience && audienceOf(audience) };
    return this.#engine.change(Posts, 'createPost', request);
  }

  /** Replaces all that an own post says. */
  edit(postId: string, draft: PostDraft): Promise<EditPostResponse> {
    return this.#engine.change(Posts, 'editPost', { postId, content: contentOf(draft) });
  }

  async setAudience(postId: string, audience: AudienceWish): Promise<void> {
    const request = { postId, audience: audienceOf(audience) };
    await this.#engine.change(Posts, 'setAudience', request);
  }

  /** Takes an own post away from everybody. */
  async delete(postId: string): Promise<void> {
    await this.#engine.change(Posts, 'deletePost', { postId });
  }

  /** Shown at once, and undone when it is refused. */
  like(postId: string): Promise<void> {
    return this.#likes.set(postId, true);
  }

  /** Shown at once, and undone when it is refused. */
  unlike(postId: string): Promise<void> {
    return this.#likes.set(postId, false);
  }

  /** Rejects with NOT_FOUND when the post is gone, or with field `reply_to_comment_id` the comment that is answered. */
  comment(postId: string, text: string, replyToCommentId = ''): Promise<CreateCommentResponse> {
    return this.#engine.change(Comments, 'createComment', { postId, text, replyToCommentId });
  }

  /** An own comment, or any of an own post. Rejects with PERMISSION_DENIED for others. */
  async deleteComment(postId: string, commentId: string): Promise<void> {
    await this.#engine.change(Comments, 'deleteComment', { postId, commentId });
  }

  /** The user has passed the post on; resolves with how often that was done so far. */
  async share(postId: string): Promise<number> {
    return (await this.#engine.change(Comments, 'sharePost', { postId })).shareCount;
  }

  /** Who likes a post, oldest like first, by pages of `limit` (50). */
  listLikes(postId: string, page: MomentPage = {}): Promise<ListLikesResponse> {
    return this.#engine.call(Comments, 'listLikes', { postId, ...page });
  }

  /** Oldest first, by pages of `limit` (50). */
  listComments(postId: string, page: MomentPage = {}): Promise<ListCommentsResponse> {
    return this.#engine.call(Comments, 'listComments', { postId, ...page });
  }

  /** How many lists and posts are watched, and how many notices are kept. */
  stats(): MomentStats {
    return {
      watchedPostLists: this.#lists.size,
      watchedPosts: this.#lists.posts,
      keptNotices: this.notices.size,
    };
  }

  async #sendLike(postId: string, liked: boolean): Promise<void> {
    await this.#engine.change(Comments, liked ? 'likePost' : 'unlikePost', { postId });
  }
}

function contentOf(draft: PostDraft): PostContent {
  return PostContent.fromPartial(draft as Parameters<typeof PostContent.fromPartial>[0]);
}

function audienceOf({ kind, userIds = [], tags = [] }: AudienceWish): Audience {
  return Audience.create({ kind, userIds: [...userIds], tags: [...tags] });
}
