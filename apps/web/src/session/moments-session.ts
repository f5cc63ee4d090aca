import type { QueqiaoClient, WatchedPosts } from '@queqiao/sdk';
import {
  addressOf,
  peopleOfComment,
  peopleOfPosts,
  type AudienceInfo,
  type CommentInfo,
  type MediaInfo,
  type MomentsState,
  type MomentsView,
  type PostDraft,
  type PostInfo,
  type VideoInfo,
} from '../state/moments-state.js';
import type { MediaUpload } from './media-upload.js';
import type { MomentsActions } from './moments-actions.js';
import { toComment, toNotice, toPost, toProtoAudience, toProtoDraft } from './moments-mapper.js';
import { telling, type Reasons } from './told-problem.js';

/** Comments asked for at once, the server's limit, and pages of them that are shown. */
const COMMENTS_PER_PAGE = 100;
const MAX_COMMENT_PAGES = 10;

/** The part of the client library that is about posts. */
export type MomentsClient = Pick<
  QueqiaoClient,
  'on' | 'moments' | 'sendText' | 'directConversation'
>;

export interface MomentsSessionDeps {
  readonly client: MomentsClient;
  readonly media: Pick<MediaUpload, 'image' | 'video'>;
  readonly meId: string;
  readonly state: () => MomentsState;
  readonly change: (change: Partial<MomentsState>) => void;
  /** Puts this into the address; undefined: nothing. */
  readonly open: (address: string | undefined) => void;
  /** Their names will be shown. */
  readonly want: (userIds: readonly string[]) => void;
  /** When the newest post was made that this person has looked at. */
  readonly seen: SeenMark;
}

export interface SeenMark {
  get(): number;
  set(createdMs: number): void;
}

const ABOUT_POST: Reasons = { NOT_FOUND: 'postGone' };
const WRITING: Reasons = { ...ABOUT_POST, LIMIT_EXCEEDED: 'postTooLong' };
const COMMENTING: Reasons = { NOT_FOUND: 'commentGone', LIMIT_EXCEEDED: 'commentTooLong' };
const SHARING: Reasons = { BLOCKED: 'theyBlockedYou', NOT_FOUND: 'postGone' };

/** Posts for the signed-in person: keeps what is open and what is new in the state, and turns wishes into calls. */
export class MomentsSession implements MomentsActions {
  readonly #deps: MomentsSessionDeps;
  /** Watched as long as the person is signed in: it tells what is new. */
  #timeline: WatchedPosts | undefined;
  /** What is open beside it. */
  #other: WatchedPosts | undefined;
  /** Raised whenever the comments that are asked for are no longer wanted. */
  #asked = 0;

  constructor(deps: MomentsSessionDeps) {
    this.#deps = deps;
  }

  start(): void {
    const { client } = this.#deps;
    client.on('watchedPosts', (watched) => {
      if (watched === this.#timeline) this.#noteNew(watched);
      if (watched === this.#current()) this.#show(watched);
    });
    client.on('momentNotices', () => this.#showNotices());
    client.moments.notices.load();
    this.#timeline = client.moments.timeline();
  }

  /** The page is looked at: what friends have posted since is asked for. */
  look(): void {
    this.#timeline?.loadNew().catch(() => undefined);
  }

  /** The address names this now. */
  opened(view: MomentsView | undefined): void {
    const before = this.#deps.state().view;
    if (before === view || (before && view && addressOf(before) === addressOf(view))) return;
    this.#other?.close();
    this.#other = this.#watch(view);
    this.#asked += 1;
    this.#deps.change({ view, posts: [], status: 'loading', complete: false, comments: undefined });
    if (view?.kind === 'notices') void this.refresh().catch(() => undefined);
    const current = this.#current();
    if (current !== undefined) this.#show(current);
    if (view?.kind === 'timeline' && this.#timeline) {
      this.#noteNew(this.#timeline);
      this.look();
    }
  }

  open(view: MomentsView | undefined): void {
    this.#deps.open(view && addressOf(view));
  }

  async refresh(): Promise<void> {
    const current = this.#current();
    if (current !== undefined) await telling(current.refresh());
    else await telling(this.#deps.client.moments.notices.refresh());
  }

  async loadMore(): Promise<void> {
    await telling((this.#current() ?? this.#deps.client.moments.notices).loadMore());
  }

  async publish(draft: PostDraft, audience: AudienceInfo): Promise<void> {
    const { moments } = this.#deps.client;
    await telling(moments.post(toProtoDraft(draft), toProtoAudience(audience)), WRITING);
  }

  async edit(postId: string, draft: PostDraft): Promise<void> {
    await telling(this.#deps.client.moments.edit(postId, toProtoDraft(draft)), WRITING);
  }

  async setAudience(postId: string, audience: AudienceInfo): Promise<void> {
    const { moments } = this.#deps.client;
    await telling(moments.setAudience(postId, toProtoAudience(audience)), ABOUT_POST);
  }

  async remove(postId: string): Promise<void> {
    await telling(this.#deps.client.moments.delete(postId), ABOUT_POST);
  }

  async like(postId: string, liked: boolean): Promise<void> {
    const { moments } = this.#deps.client;
    await telling(liked ? moments.like(postId) : moments.unlike(postId), ABOUT_POST);
  }

  async comment(postId: string, text: string, replyTo: CommentInfo | undefined): Promise<void> {
    const { moments } = this.#deps.client;
    await telling(moments.comment(postId, text, replyTo?.commentId), COMMENTING);
  }

  async removeComment(postId: string, commentId: string): Promise<void> {
    const { moments } = this.#deps.client;
    await telling(moments.deleteComment(postId, commentId), COMMENTING);
  }

  async share(postId: string, userId: string, text: string): Promise<void> {
    const { client } = this.#deps;
    await telling(client.sendText(client.directConversation(userId), text), SHARING);
    await telling(client.moments.share(postId), SHARING);
  }

  uploadImage(file: File): Promise<MediaInfo> {
    return this.#deps.media.image(file);
  }

  uploadVideo(file: File): Promise<VideoInfo> {
    return this.#deps.media.video(file);
  }

  seeNotices(): void {
    const { notices } = this.#deps.client.moments;
    if (notices.unreadCount > 0) notices.markRead().catch(() => undefined);
  }

  #watch(view: MomentsView | undefined): WatchedPosts | undefined {
    const { moments } = this.#deps.client;
    if (view?.kind === 'person') return moments.ofUser(view.userId);
    return view?.kind === 'post' ? moments.watch(view.postId) : undefined;
  }

  #current(): WatchedPosts | undefined {
    return this.#deps.state().view?.kind === 'timeline' ? this.#timeline : this.#other;
  }

  #show(watched: WatchedPosts): void {
    const posts = watched.posts.map(toPost);
    const { problem, loaded } = watched;
    // Without a connection it comes with the next one.
    const failed = !loaded && problem !== undefined && problem.field !== 'connection';
    const status = failed ? 'failed' : loaded ? 'ready' : 'loading';
    this.#deps.change({ posts, status, complete: watched.complete });
    this.#deps.want(peopleOfPosts(posts));
    if (this.#deps.state().view?.kind === 'post') void this.#showComments(posts[0]);
  }

  /** All comments of the one post that is open; those that come with it are the first ones only. */
  async #showComments(post: PostInfo | undefined): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    if (post === undefined || post.comments.count <= post.comments.list.length) {
      this.#deps.change({ comments: undefined });
      return;
    }
    const comments: CommentInfo[] = [];
    let pageToken = '';
    for (let page = 0; page < MAX_COMMENT_PAGES; page += 1) {
      const request = { pageToken, limit: COMMENTS_PER_PAGE };
      const answer = await this.#deps.client.moments
        .listComments(post.postId, request)
        .catch(() => undefined);
      // Without an answer the first ones stay; the next change of the post asks again.
      if (answer === undefined || asked !== this.#asked) return;
      comments.push(...answer.comments.map(toComment));
      pageToken = answer.nextPageToken;
      if (pageToken === '') break;
    }
    this.#deps.change({ comments });
    this.#deps.want(comments.flatMap(peopleOfComment));
  }

  #noteNew(timeline: WatchedPosts): void {
    const { seen, meId } = this.#deps;
    const newest = timeline.posts.find(({ authorId }) => authorId !== meId)?.createdMs ?? 0;
    const isShown = this.#deps.state().view?.kind === 'timeline';
    if (isShown && newest > seen.get()) seen.set(newest);
    const hasNew = newest > seen.get();
    if (hasNew !== this.#deps.state().hasNew) this.#deps.change({ hasNew });
  }

  #showNotices(): void {
    const { notices } = this.#deps.client.moments;
    const rows = notices.list.map(toNotice);
    this.#deps.change({
      notices: rows,
      noticesLoaded: notices.loaded,
      noticesComplete: notices.complete,
      unreadNotices: notices.unreadCount,
    });
    this.#deps.want(rows.map(({ actorId }) => actorId));
  }
}
