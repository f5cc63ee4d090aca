import type { Post } from '@queqiao/protocol/client';

/** The newest posts of a list, as far as they were loaded, and never more than `max`: newest first, each once. */
export class PostList {
  #posts: readonly Post[] = [];
  /** Undefined: nothing was loaded; empty: there are no more. */
  #nextPageToken: string | undefined;

  constructor(private readonly max: number) {}

  get posts(): readonly Post[] {
    return this.#posts;
  }
  get loaded(): boolean {
    return this.#nextPageToken !== undefined;
  }
  /** All posts are here. */
  get complete(): boolean {
    return this.#nextPageToken === '';
  }
  /** How many more there is room for. */
  get room(): number {
    return this.#nextPageToken === CUT ? 0 : this.max - this.#posts.length;
  }
  /** Of the next page. */
  get pageToken(): string {
    return this.#nextPageToken ?? '';
  }

  has(postId: string): boolean {
    return this.#posts.some((post) => post.postId === postId);
  }

  /** In place of everything that is here. */
  begin(page: readonly Post[], nextPageToken: string): void {
    this.#posts = [];
    this.append(page, nextPageToken);
  }

  /** The first page as it is now; what is older stays, unless there may be others between. */
  renew(page: readonly Post[], nextPageToken: string): void {
    const last = page.at(-1);
    const reaches = nextPageToken !== '' && page.some(({ postId }) => this.has(postId));
    const older = this.#posts.filter((post) => last && byAge(post, last) > 0);
    if (!reaches || older.length === 0) this.begin(page, nextPageToken);
    else {
      this.#posts = older;
      this.#merge(page);
      this.#cut();
    }
  }

  append(page: readonly Post[], nextPageToken: string): void {
    this.#merge(page);
    this.#nextPageToken = nextPageToken;
    this.#cut();
  }

  /** Posts as they are now, each in its place; those that belong below what was loaded come with their page. */
  put(posts: readonly Post[]): void {
    const last = this.#posts.at(-1);
    const isHere = (post: Post): boolean => this.complete || !last || byAge(post, last) <= 0;
    this.#merge(posts.filter(isHere));
    this.#cut();
  }

  change(postId: string, change: (post: Post) => Post): void {
    this.#posts = this.#posts.map((post) => (post.postId === postId ? change(post) : post));
  }

  /** As before anything was loaded. */
  clear(): void {
    this.#posts = [];
    this.#nextPageToken = undefined;
  }

  /** False when it was not here. */
  drop(postId: string): boolean {
    const before = this.#posts.length;
    this.#posts = this.#posts.filter((post) => post.postId !== postId);
    return this.#posts.length < before;
  }

  #merge(posts: readonly Post[]): void {
    const byId = new Map(this.#posts.map((post) => [post.postId, post]));
    for (const post of posts) byId.set(post.postId, post);
    this.#posts = [...byId.values()].sort(byAge);
  }

  /** The oldest ones give way; a page that begins below them would leave a hole. */
  #cut(): void {
    if (this.#posts.length <= this.max) return;
    this.#posts = this.#posts.slice(0, this.max);
    this.#nextPageToken = CUT;
  }
}

/** Stands for a next page that is never asked for: there is no room. */
const CUT = 'cut';

/** The order of all lists of posts: newest first. */
export function byAge(a: Post, b: Post): number {
  if (a.createdMs !== b.createdMs) return b.createdMs - a.createdMs;
  return a.postId === b.postId ? 0 : a.postId < b.postId ? 1 : -1;
}
