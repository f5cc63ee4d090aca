import { Likes, type Post } from '@queqiao/protocol/client';

/** Likers named with a post; the server's limit. */
const MAX_NAMED_LIKERS = 20;

interface Pending {
  readonly liked: boolean;
  /** Ends with the call that was made last for the post. */
  readonly done: Promise<void>;
}

export interface PendingLikesDeps {
  readonly userId: () => string;
  readonly send: (postId: string, liked: boolean) => Promise<unknown>;
  /** A post looks different now. */
  readonly onChange: (postId: string) => void;
  /** The server has the like, or has it no more. */
  readonly onDone: (postId: string, liked: boolean) => void;
}

/** Likes on their way to the server: shown as done at once, one call at a time for each post, undone when they are refused. */
export class PendingLikes {
  readonly #pending = new Map<string, Pending>();

  constructor(private readonly deps: PendingLikesDeps) {}

  /** Resolves when the server has it. What is wanted of the same post meanwhile follows it. */
  async set(postId: string, liked: boolean): Promise<void> {
    const before = this.#pending.get(postId)?.done.catch(() => undefined) ?? Promise.resolve();
    const done = before.then(async () => {
      await this.deps.send(postId, liked);
      this.deps.onDone(postId, liked);
    });
    const pending = { liked, done };
    this.#pending.set(postId, pending);
    this.deps.onChange(postId);
    try {
      await done;
    } finally {
      if (this.#pending.get(postId) === pending) {
        this.#pending.delete(postId);
        this.deps.onChange(postId);
      }
    }
  }

  /** A post as the user wants it to be. */
  view(post: Post): Post {
    const wanted = this.#pending.get(post.postId);
    return wanted === undefined ? post : withLike(post, this.deps.userId(), wanted.liked);
  }
}

export function withLike(post: Post, userId: string, liked: boolean): Post {
  const likes = post.likes ?? Likes.create();
  if (likes.mine === liked) return post;
  const others = likes.userIds.filter((id) => id !== userId);
  const isNamed = liked && others.length < MAX_NAMED_LIKERS;
  const count = likes.countIsBound ? likes.count : Math.max(0, likes.count + (liked ? 1 : -1));
  const userIds = isNamed ? [...others, userId] : others;
  return { ...post, likes: { ...likes, mine: liked, count, userIds } };
}
