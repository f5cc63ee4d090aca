import {
  CommentServiceDefinition as Comments,
  MomentServiceDefinition as Moments,
  type Post,
} from '@queqiao/protocol/client';
import { inTimeline, of, reaction, type KnownPost, type Scene } from './changers.js';
import { likes } from './talkers.js';

/** Reads all that there is to read, in any order, and notes what it is shown. */
export class Reader {
  #newerToken = '';

  constructor(
    readonly scene: Scene,
    readonly viewer: string,
    readonly authors: readonly { readonly author: string; readonly posts: readonly KnownPost[] }[],
    readonly talk?: KnownPost & { readonly author: string },
    /** Undefined: the first two in turns. */
    readonly node?: number,
  ) {}

  async readUntil(isOver: () => boolean): Promise<void> {
    const ways = [
      () => this.#timeline(),
      () => this.#newPosts(),
      () => this.#person(),
      () => this.#detail(),
      () => this.#talk(),
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
        ({ posts }) => posts.flatMap((post) => this.#shown(post, 'the timeline')),
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
        ({ posts }) => posts.flatMap((post) => this.#shown(post, 'the timeline')),
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
        ({ posts }) => posts.flatMap((post) => this.#shown(post)),
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
      (answer) => (answer.post ? this.#shown(answer.post) : []),
    );
  }

  /** All comments, and all likes, of a post that stays. */
  async #talk(): Promise<void> {
    const { talk } = this;
    if (talk === undefined) return;
    const { postId, name, author } = talk;
    const post = [name, of(author)];
    await this.#read(
      'comments',
      () => this.#call(Comments, 'listComments', { postId }).catch(() => ({ comments: [] })),
      ({ comments }) =>
        comments.map(({ text, authorId }) => [...post, text, ...this.#by(authorId, author)]),
    );
    await this.#read(
      'likes',
      () => this.#call(Comments, 'listLikes', { postId }).catch(() => ({ likes: [] })),
      (answer) => answer.likes.map(({ userId }) => this.#like(post, userId)),
    );
  }

  /** A post, and each like and comment that it is shown with. */
  #shown(post: Post, where = ''): string[][] {
    const author = this.#name(post.authorId);
    const tags = [nameOf(post), of(author), ...(where === '' ? [] : [inTimeline(author)])];
    const comments = (post.comments?.comments ?? []).map(({ text, authorId }) => {
      return [...tags, text, ...this.#by(authorId, author)];
    });
    const liked = (post.likes?.userIds ?? []).map((userId) => this.#like(tags, userId));
    return [tags, ...comments, ...liked];
  }

  #like(post: string[], userId: string): string[] {
    const [name = '', author = ''] = post;
    const writer = this.#name(userId);
    return [...post, likes(writer, name), ...(of(writer) === author ? [] : [reaction(writer)])];
  }

  /** What the post's author says is seen by whoever sees the post. */
  #by(writerId: string, author: string): string[] {
    const writer = this.#name(writerId);
    return writer === author ? [] : [reaction(writer)];
  }

  #name(id: string): string {
    return this.scene.world.nameOf(id);
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
