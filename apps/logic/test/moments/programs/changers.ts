import {
  FriendServiceDefinition as Friends,
  MomentServiceDefinition as Moments,
} from '@queqiao/protocol/client';
import { newId } from '../../rig/api-rig.js';
import { audience, saying } from '../moment-rig.js';
import type { MomentWorld } from './moment-world.js';
import { ANYBODY, type SightHistory } from './sightings.js';

/** Who does what in a story, and where it is told. */
export interface Scene {
  readonly world: MomentWorld;
  readonly history: SightHistory;
  /** Below 1; the choices of a run. */
  readonly random: () => number;
}

export interface KnownPost {
  readonly postId: string;
  readonly name: string;
}

export const of = (author: string) => `of ${author}`;
export const inTimeline = (author: string) => `of ${author} in the timeline`;
/** To the post of a third. */
export const reaction = (writer: string) => `reaction of ${writer}`;

export class Changer {
  readonly posts: KnownPost[] = [];

  constructor(
    readonly scene: Scene,
    readonly author: string,
  ) {}

  /** Posts come, are kept from one of the viewers, shown again, and go. */
  async posting(rounds: number, viewers: readonly string[]): Promise<void> {
    for (let n = 0; n < rounds; n += 1) {
      await this.make(`${this.author}-${n}`);
      const post = this.#any();
      const kept = await this.keepFrom(post, n % 2 === 0 ? viewers : viewers.slice(0, 1));
      await this.scene.history.include(kept, () => this.show(post));
      if (this.posts.length > 4) await this.delete(this.posts.shift());
    }
  }

  /** What there is between the author and one viewer ends in every way, and begins again. */
  async quarrelling(rounds: number, viewer: string): Promise<void> {
    const { author } = this;
    const ways = [
      () => this.#hiding(viewer),
      () => this.#notCaring(viewer),
      () => this.#blocking(author, viewer),
      () => this.#blocking(viewer, author),
      () => this.parted(viewer),
    ];
    for (let n = 0; n < rounds; n += 1) {
      await ways[Math.floor(this.scene.random() * ways.length)]?.();
    }
  }

  /** One post that is kept from the viewer by its audience or by the author's hiding, in turns: it is never to be seen. */
  async swinging(isOver: () => boolean, viewer: string): Promise<void> {
    const { history } = this.scene;
    let hidden = await this.hide(viewer);
    const post = await this.make(`${this.author}-keeps-from-${viewer}`);
    while (!isOver()) {
      const kept = await this.keepFrom(post, [viewer]);
      await history.include(hidden, () => this.#note(viewer, { hideMyPosts: false }));
      hidden = await this.hide(viewer);
      await history.include(kept, () => this.show(post));
    }
  }

  /** Posts that are made after a friendship has ended, and gone before it begins again: they are never to be seen. */
  async missing(isOver: () => boolean, viewer: string): Promise<void> {
    for (let n = 0; !isOver(); n += 1) {
      await this.parted(viewer, async () => {
        const post = await this.make(`${this.author}-misses-${n}`);
        await this.delete(post);
      });
    }
  }

  async make(name: string): Promise<KnownPost> {
    const request = { clientRequestId: newId(), content: saying(name) };
    const call = this.scene.world.call(this.author);
    const answer = await this.scene.history.make(name, () => call(Moments, 'createPost', request));
    const post = { name, postId: answer.postId };
    this.posts.push(post);
    return post;
  }

  hide(viewer: string) {
    const seen = [[viewer, of(this.author)]] as const;
    return this.scene.history.exclude(`${this.author} hides`, seen, () =>
      this.#note(viewer, { hideMyPosts: true }),
    );
  }

  keepFrom(post: KnownPost, viewers: readonly string[]) {
    const { world, history } = this.scene;
    const seen = viewers.map((viewer) => [viewer, post.name] as const);
    const others = audience(
      'EXCEPT',
      viewers.map((viewer) => world.idOf(viewer)),
    );
    return history.exclude('it is for others', seen, () => this.#set(post, others));
  }

  show(post: KnownPost) {
    return this.#set(post, audience('FRIENDS'));
  }

  async delete(post: KnownPost | undefined): Promise<void> {
    if (post === undefined) return;
    const request = { clientRequestId: newId(), postId: post.postId };
    const call = this.scene.world.call(this.author);
    const seen = [[ANYBODY, post.name]] as const;
    await this.scene.history.exclude('it is deleted', seen, () =>
      call(Moments, 'deletePost', request),
    );
  }

  /** Meanwhile the two are no friends. */
  async parted(viewer: string, meanwhile: () => Promise<void> = nothing): Promise<void> {
    const { world, history } = this.scene;
    const ended = await history.exclude('they are parted', this.#both(viewer), () =>
      this.#friends(this.author, 'deleteFriend', viewer),
    );
    await meanwhile();
    await history.include(ended, () => world.befriend([[this.author, viewer]]));
  }

  async #hiding(viewer: string): Promise<void> {
    const hidden = await this.hide(viewer);
    await this.scene.history.include(hidden, () => this.#note(viewer, { hideMyPosts: false }));
  }

  async #notCaring(viewer: string): Promise<void> {
    const { world, history } = this.scene;
    const seen = [[viewer, inTimeline(this.author)]] as const;
    const cares = (hideTheirPosts: boolean) => () =>
      world.call(viewer)(Friends, 'updateFriend', {
        clientRequestId: newId(),
        userId: world.idOf(this.author),
        hideTheirPosts,
      });
    const hidden = await history.exclude(`${viewer} does not care`, seen, cares(true));
    await history.include(hidden, cares(false));
  }

  async #blocking(who: string, whom: string): Promise<void> {
    const { history } = this.scene;
    const viewer = who === this.author ? whom : who;
    const blocked = await history.exclude(`${who} has blocked ${whom}`, this.#both(viewer), () =>
      this.#friends(who, 'blockUser', whom),
    );
    await history.include(blocked, () => this.#friends(who, 'unblockUser', whom));
  }

  /** What concerns both concerns what each has posted and said. */
  #both(viewer: string): [string, string][] {
    return [
      [viewer, of(this.author)],
      [viewer, reaction(this.author)],
      [this.author, of(viewer)],
      [this.author, reaction(viewer)],
    ];
  }

  #friends(who: string, name: 'deleteFriend' | 'blockUser' | 'unblockUser', whom: string) {
    const request = { clientRequestId: newId(), userId: this.scene.world.idOf(whom) };
    return this.scene.world.call(who)(Friends, name, request);
  }

  #note(viewer: string, change: { hideMyPosts: boolean }) {
    const request = { clientRequestId: newId(), userId: this.scene.world.idOf(viewer), ...change };
    return this.scene.world.call(this.author)(Friends, 'updateFriend', request);
  }

  #set({ postId }: KnownPost, to: ReturnType<typeof audience>) {
    const request = { clientRequestId: newId(), postId, audience: to };
    return this.scene.world.call(this.author)(Moments, 'setAudience', request);
  }

  #any(): KnownPost {
    const post = this.posts[Math.floor(this.scene.random() * this.posts.length)];
    if (post === undefined) throw new Error(`${this.author} has no post`);
    return post;
  }
}

function nothing(): Promise<void> {
  return Promise.resolve();
}
