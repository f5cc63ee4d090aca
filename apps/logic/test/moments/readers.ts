import { MomentServiceDefinition as Moments, type Post } from '@queqiao/protocol/client';
import { inTimeline, of, type KnownPost, type Scene } from './changers.js';

/** Reads all that there is to read, in any order, and notes what it is shown. */
export class Reader {
  #newerToken = '';

  constructor(
    readonly scene: Scene,
    readonly viewer: string,
    readonly authors: readonly { readonly author: string; readonly posts: readonly KnownPost[] }[],
    /** Undefined: the first two in turns. */
    readonly node?: number,
  ) {}

  async readUntil(isOver: () => boolean): Promise<void> {
    const ways = [
      () => this.#timeline(),
      () => this.#newPosts(),
      () => this.#person(),
      () => this.#detail(),
    ];
    while (!isOver()) await ways[this.#below(ways.length)]?.();
  }

  async #timeline(): Promise<void> {
    const names: string[] = [];
    const limit = 1 + this.#below(4);
    for (let pageToken = ''; ;) {
      const page = await this.#read(
        'the timeline',
        () => this.#call(Moments, 'listTimeline', { pageToken, limit }),
        ({ posts }) => posts.map((post) => this.#inTimeline(post)),
      );
      names.push(...page.posts.map(nameOf));
      if (this.#newerToken === '') this.#newerToken = page.newerToken;
      if (page.nextPageToken === '') break;
      pageToken = page.nextPageToken;
    }
    this.scene.history.once(this.viewer, 'the timeline', names);
  }

  async #newPosts(): Promise<void> {
    if (this.#newerToken === '') return;
    const names: string[] = [];
    for (let more = true; more;) {
      const answer = await this.#read(
        'new posts',
        () => this.#call(Moments, 'listNewPosts', { newerToken: this.#newerToken, limit: 3 }),
        ({ posts }) => posts.map((post) => this.#inTimeline(post)),
      );
      names.push(...answer.posts.map(nameOf));
      this.#newerToken = answer.newerToken;
      more = answer.more;
    }
    this.scene.history.once(this.viewer, 'new posts', names);
  }

  async #person(): Promise<void> {
    const author = this.authors[this.#below(this.authors.length)]?.author ?? '';
    const userId = this.scene.world.idOf(author);
    const names: string[] = [];
    for (let pageToken = ''; ;) {
      const page = await this.#read(
        `posts of ${author}`,
        () => this.#call(Moments, 'listPosts', { userId, pageToken, limit: 2 }),
        ({ posts }) => posts.map((post) => this.#tags(post)),
      );
      names.push(...page.posts.map(nameOf));
      if (page.nextPageToken === '') break;
      pageToken = page.nextPageToken;
    }
    this.scene.history.once(this.viewer, `posts of ${author}`, names);
  }

  async #detail(): Promise<void> {
    const posts = this.authors.flatMap((one) => one.posts);
    const post = posts[this.#below(posts.length)];
    if (post === undefined) return;
    await this.#read(
      'a post',
      () => this.#call(Moments, 'getPost', { postId: post.postId }).catch(() => ({ post: null })),
      (answer) => (answer.post ? [this.#tags(answer.post)] : []),
    );
  }

  #tags(post: Post): string[] {
    return [nameOf(post), of(this.scene.world.nameOf(post.authorId))];
  }

  #inTimeline(post: Post): string[] {
    return [...this.#tags(post), inTimeline(this.scene.world.nameOf(post.authorId))];
  }

  #read<T>(where: string, call: () => Promise<T>, shownIn: (answer: T) => string[][]): Promise<T> {
    return this.scene.history.read(this.viewer, where, call, shownIn);
  }

  get #call() {
    return this.scene.world.call(this.viewer, this.node);
  }

  #below(bound: number): number {
    return Math.floor(this.scene.random() * bound);
  }
}

function nameOf({ content }: Post): string {
  return content?.text ?? '';
}
