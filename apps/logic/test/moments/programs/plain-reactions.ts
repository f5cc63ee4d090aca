import type { PlainMoments, PlainPost } from './plain-moments.js';

interface PlainLike {
  readonly post: PlainPost;
  readonly writer: string;
  /** What was made before has a lower one. */
  readonly turn: number;
}

export interface PlainComment {
  readonly name: string;
  readonly id: string;
  readonly post: PlainPost;
  readonly writer: string;
  readonly text: string;
  readonly createdMs: number;
  readonly answers: PlainComment | undefined;
  readonly turn: number;
  gone: boolean;
}

/** Likes and comments, in the order in which they were made. */
export class PlainReactions {
  likes: PlainLike[] = [];
  readonly comments: PlainComment[] = [];
  #turns = 0;

  constructor(private readonly moments: PlainMoments) {}

  like(post: PlainPost, writer: string): void {
    if (!this.liked(post, writer)) this.likes.push({ post, writer, turn: this.nextTurn() });
  }

  nextTurn(): number {
    this.#turns += 1;
    return this.#turns;
  }

  unlike(post: PlainPost, writer: string): void {
    this.likes = this.likes.filter((like) => like.post !== post || like.writer !== writer);
  }

  liked(post: PlainPost, writer: string): boolean {
    return this.likes.some((like) => like.post === post && like.writer === writer);
  }

  /** Of something that a writer did to a post. */
  sees(viewer: string, post: PlainPost, writer: string): boolean {
    if (!this.moments.seesPost(viewer, post)) return false;
    if (viewer === writer) return true;
    if (this.moments.areApart(viewer, writer)) return false;
    return writer === post.author || this.moments.areFriends(viewer, writer);
  }

  seesComment(viewer: string, { post, writer, gone }: PlainComment): boolean {
    return !gone && this.sees(viewer, post, writer);
  }

  likesOf(viewer: string, post: PlainPost): string[] {
    const likes = this.likes.filter((like) => like.post === post);
    return likes.map(({ writer }) => writer).filter((writer) => this.sees(viewer, post, writer));
  }

  commentsOf(viewer: string, post: PlainPost): PlainComment[] {
    const comments = this.comments.filter((comment) => comment.post === post);
    return comments.filter((comment) => this.seesComment(viewer, comment));
  }
}
