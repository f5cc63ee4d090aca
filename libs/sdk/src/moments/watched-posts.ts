import type { Post } from '@queqiao/protocol/client';
import type { Backoff } from '../backoff.js';
import type { Clock } from '../clock.js';
import type { Caller, CallOptions } from '../connection/typed-call.js';
import { asQueqiaoError, QueqiaoError } from '../errors.js';
import type { Limits } from '../limits.js';
import { Turns } from '../turns.js';
import { PostList } from './post-list.js';
import { readPost, type PostSource } from './post-source.js';

/** Posts asked for at once when nobody says how many. */
const PAGE_POSTS = 20;
/** The server's limit. */
const MAX_PAGE_POSTS = 50;

export interface WatchedPostsDeps {
  readonly call: Caller;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly newBackoff: () => Backoff;
  /** A post as it is to be shown. */
  readonly view: (post: Post) => Post;
  readonly onChange: (watched: WatchedPosts) => void;
  readonly onClose: (watched: WatchedPosts) => void;
}

/**
 * Posts as they are, newest first, as long as they are watched: every change is told by a `watchedPosts` event. The first page
 * comes by itself, older ones when they are asked for. What the user does on any device and what a notice tells is seen at once;
 * what others do beside that when the posts are loaded again.
 */
export class WatchedPosts {
  readonly #list: PostList;
  readonly #turns: Turns;
  #newerToken = '';
  #problem: QueqiaoError | undefined;
  #staleList = true;
  #staleNews = false;
  readonly #staleIds = new Set<string>();

  constructor(
    private readonly source: PostSource,
    private readonly deps: WatchedPostsDeps,
  ) {
    this.#list = new PostList(deps.limits.maxWatchedPosts);
    this.#turns = new Turns({
      clock: deps.clock,
      newBackoff: deps.newBackoff,
      settle: () => this.#settle(),
      closedMessage: 'these posts are no longer watched',
    });
    this.#settleSoon();
  }

  /** Those that were loaded. */
  get posts(): readonly Post[] {
    return this.#list.posts.map((post) => this.deps.view(post));
  }
  /** The server has answered the first page. */
  get loaded(): boolean {
    return this.#list.loaded;
  }
  /** `posts` are all. */
  get complete(): boolean {
    return this.#list.complete;
  }
  /** Why the first page could not be had, until it was. */
  get problem(): QueqiaoError | undefined {
    return this.#problem;
  }

  /**
   * Loads the next page of up to `limit` (1 to 50) older posts, which may have none and not be the last; false when there are no
   * more. Rejects like a call, and with LIMIT_EXCEEDED (maxWatchedPosts) when no more may be kept.
   */
  loadMore(limit = PAGE_POSTS): Promise<boolean> {
    return this.#turns.take(async () => {
      if (this.#list.complete) return false;
      if (this.#list.room <= 0) {
        const message = `${this.deps.limits.maxWatchedPosts} posts are kept of a list`;
        throw new QueqiaoError('LIMIT_EXCEEDED', message, { field: 'maxWatchedPosts' });
      }
      const wanted = Math.min(limit, this.#list.room);
      if (!this.#list.loaded) await this.#askFirstPage({}, wanted);
      else {
        const page = await this.source.page(this.#list.pageToken, wanted, {});
        this.#list.append(page.posts, page.nextPageToken);
      }
      this.deps.onChange(this);
      return true;
    });
  }

  /** As `loadNew`, and loads the first page again: what is gone from it is gone here. Rejects like a call. */
  refresh(): Promise<void> {
    return this.#turns.take(async () => {
      if (!this.#list.loaded || this.#staleList) return this.#askFirstPage({});
      if (this.#newerToken !== '') await this.#askNew({});
      const page = await this.source.page('', PAGE_POSTS, {});
      this.#list.renew(page.posts, page.nextPageToken);
      this.deps.onChange(this);
    });
  }

  /**
   * Puts what came since into its places; resolves with those that were not here. Lists other than the timeline are loaded again.
   * Rejects like a call.
   */
  loadNew(): Promise<readonly Post[]> {
    return this.#turns.take(() => this.#askNew({}));
  }

  close(): void {
    this.#turns.close();
    this.deps.onClose(this);
  }

  /** How many are kept. */
  get size(): number {
    return this.#list.posts.length;
  }

  has(postId: string): boolean {
    return this.#list.has(postId);
  }

  /** Something happened to a post; `mine`: it may be a new one of the user's. */
  heard(postId: string, mine: boolean, userId: string): void {
    const belongs = mine && this.source.ownerId() === userId;
    if (!belongs && !this.#list.has(postId) && this.#list.loaded) return;
    this.#staleIds.add(postId);
    if (this.#staleIds.size > this.deps.limits.maxRereadPosts) this.#staleList = true;
    this.#settleSoon();
  }

  removed(postId: string): void {
    if (this.#list.drop(postId)) this.deps.onChange(this);
    // A read that is under way may bring it once more.
    if (this.#turns.asking) this.#staleIds.add(postId);
    this.#settleSoon();
  }

  /** The server has this of a post by now. */
  change(postId: string, change: (post: Post) => Post): void {
    this.#list.change(postId, change);
  }

  /** There is a connection again: what could not be had is asked for, and what came meanwhile. */
  resume(): void {
    const hasNewer = this.source.newer !== undefined;
    this.#staleNews = this.#list.loaded && hasNewer;
    // What is no more than a page is as good as new then.
    if (!hasNewer && this.size <= PAGE_POSTS) this.#staleList = true;
    this.#settleSoon();
  }

  /** What the user sees may be something else now. */
  renew(): void {
    this.#staleList = true;
    this.#settleSoon();
  }

  /** Everything known is void. */
  reset(): void {
    this.#list.clear();
    this.#newerToken = '';
    this.deps.onChange(this);
    this.renew();
  }

  #settleSoon(): void {
    this.#turns.settleSoon(this.#staleList || this.#staleNews || this.#staleIds.size > 0);
  }

  /** Asks what is stale, until nothing is. What fails stays so. */
  async #settle(): Promise<void> {
    const options = { thisSessionOnly: true };
    if (this.#staleList) await this.#askFirstPage(options);
    if (this.#staleNews) await this.#askNew(options);
    for (const id of this.#staleIds) {
      this.#staleIds.delete(id);
      await this.#reread(id, options).catch((failure: unknown) => {
        this.#staleIds.add(id);
        throw failure;
      });
    }
  }

  async #askFirstPage(options: CallOptions, limit = PAGE_POSTS): Promise<void> {
    this.#staleList = false;
    this.#staleNews = false;
    this.#staleIds.clear();
    try {
      const page = await this.source.page('', limit, options);
      this.#list.begin(page.posts, page.nextPageToken);
      this.#newerToken = page.newerToken ?? '';
      this.#problem = undefined;
    } catch (failure) {
      this.#staleList = true;
      this.#problem = asQueqiaoError(failure);
      throw failure;
    } finally {
      this.deps.onChange(this);
    }
  }

  async #askNew(options: CallOptions): Promise<readonly Post[]> {
    const before = new Set(this.#list.posts.map(({ postId }) => postId));
    if (this.source.newer === undefined || this.#newerToken === '') {
      await this.#askFirstPage(options);
    } else {
      this.#staleNews = true;
      for (let more = true; more;) {
        const answer = await this.source.newer(this.#newerToken, MAX_PAGE_POSTS, options);
        this.#newerToken = answer.newerToken;
        this.#list.put(answer.posts);
        more = answer.more;
      }
      this.#staleNews = false;
      this.deps.onChange(this);
    }
    return this.posts.filter(({ postId }) => !before.has(postId));
  }

  async #reread(postId: string, options: CallOptions): Promise<void> {
    const post = await readPost(this.deps.call, postId, options);
    if (post === undefined) this.#list.drop(postId);
    else if (this.#list.has(postId) || post.authorId === this.source.ownerId()) {
      this.#list.put([post]);
    } else return;
    this.deps.onChange(this);
  }
}
