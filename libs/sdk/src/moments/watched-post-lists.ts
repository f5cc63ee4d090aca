import type { Post } from '@queqiao/protocol/client';
import { QueqiaoError } from '../errors.js';
import type { PostSource } from './post-source.js';
import { WatchedPosts, type WatchedPostsDeps } from './watched-posts.js';

/** The lists of posts that are watched now. */
export class WatchedPostLists {
  readonly #watched = new Set<WatchedPosts>();

  constructor(
    private readonly deps: Omit<WatchedPostsDeps, 'onClose'> & { readonly userId: () => string },
  ) {}

  get size(): number {
    return this.#watched.size;
  }
  get posts(): number {
    return [...this.#watched].reduce((sum, { size }) => sum + size, 0);
  }

  /** Throws LIMIT_EXCEEDED (maxWatchedPostLists). */
  watch(source: PostSource): WatchedPosts {
    const { maxWatchedPostLists } = this.deps.limits;
    if (this.#watched.size >= maxWatchedPostLists) {
      const message = `${maxWatchedPostLists} lists of posts are watched`;
      throw new QueqiaoError('LIMIT_EXCEEDED', message, { field: 'maxWatchedPostLists' });
    }
    const onClose = (watched: WatchedPosts): void => void this.#watched.delete(watched);
    const watched = new WatchedPosts(source, { ...this.deps, onClose });
    this.#watched.add(watched);
    return watched;
  }

  /** Something happened to a post; `mine`: it may be a new one of the user's. */
  heard(postId: string, mine: boolean): void {
    for (const watched of this.#watched) watched.heard(postId, mine, this.deps.userId());
  }

  removed(postId: string): void {
    for (const watched of this.#watched) watched.removed(postId);
  }

  /** The server has this of a post by now. */
  change(postId: string, change: (post: Post) => Post): void {
    for (const watched of this.#watched) watched.change(postId, change);
  }

  /** The post is shown in another way. */
  redraw(postId: string): void {
    for (const watched of this.#watched) if (watched.has(postId)) this.deps.onChange(watched);
  }

  resume(): void {
    for (const watched of this.#watched) watched.resume();
  }

  renew(): void {
    for (const watched of this.#watched) watched.renew();
  }

  reset(): void {
    for (const watched of this.#watched) watched.reset();
  }
}
