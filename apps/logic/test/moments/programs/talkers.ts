import { CommentServiceDefinition as Comments } from '@queqiao/protocol/client';
import { newId } from '../../rig/api-rig.js';
import type { Changer, KnownPost, Scene } from './changers.js';
import { ANYBODY } from './sightings.js';

export const likes = (writer: string, post: string) => `${writer} likes ${post}`;

/** Likes and comments one post of somebody else, and takes it back. */
export class Talker {
  constructor(
    readonly scene: Scene,
    readonly writer: string,
    readonly post: KnownPost,
  ) {}

  async commenting(rounds: number): Promise<void> {
    for (let n = 0; n < rounds; n += 1) {
      const comment = await this.#say(n);
      // Every other one stays.
      if (n % 2 === 0) await this.#take(comment);
    }
  }

  /** Comments that are made while the post is for others, and gone before it is shown again: the viewer is never to see them. */
  async whispering(isOver: () => boolean, author: Changer, viewer: string): Promise<void> {
    for (let n = 0; !isOver(); n += 1) {
      const kept = await author.keepFrom(this.post, [viewer]);
      await this.#take(await this.#say(n));
      await this.scene.history.include(kept, () => author.show(this.post));
    }
  }

  async liking(rounds: number): Promise<void> {
    const { history } = this.scene;
    const tag = likes(this.writer, this.post.name);
    const like = () => this.#call(Comments, 'likePost', this.#about());
    await history.make(tag, like);
    for (let n = 0; n < rounds; n += 1) {
      const ended = await history.exclude('the like is taken back', [[ANYBODY, tag]], () =>
        this.#call(Comments, 'unlikePost', this.#about()),
      );
      await history.include(ended, like);
    }
  }

  async #say(n: number): Promise<{ text: string; commentId: string }> {
    const text = `${this.writer}-says-${n}`;
    const request = { ...this.#about(), text };
    const { history } = this.scene;
    const answer = await history.make(text, () => this.#call(Comments, 'createComment', request));
    return { text, ...answer };
  }

  async #take({ text, commentId }: { text: string; commentId: string }): Promise<void> {
    const request = { ...this.#about(), commentId };
    await this.scene.history.exclude('the comment is deleted', [[ANYBODY, text]], () =>
      this.#call(Comments, 'deleteComment', request),
    );
  }

  #about() {
    return { clientRequestId: newId(), postId: this.post.postId };
  }

  get #call() {
    return this.scene.world.call(this.writer);
  }
}
