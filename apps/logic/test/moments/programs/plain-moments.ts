/**
 * The rules of Moments, told once more by lists and loops: what the server is held to. Nothing here is shared with the server, and
 * nothing is kept that follows from something else.
 */
export type Kind = 'FRIENDS' | 'PRIVATE' | 'ONLY' | 'EXCEPT';
export type Range = 'ALL' | 'SIX_MONTHS' | 'ONE_MONTH' | 'THREE_DAYS';

export interface PlainAudience {
  readonly kind: Kind;
  readonly people: readonly string[];
  readonly tags: readonly string[];
}

export interface PlainPost {
  readonly name: string;
  readonly id: string;
  readonly author: string;
  createdMs: number;
  text: string;
  mentions: readonly string[];
  audience: PlainAudience;
  revision: number;
  shares: number;
  gone: boolean;
}

/** What one user has noted of another, as long as the two are friends. */
interface FriendRow {
  readonly of: string;
  readonly to: string;
  tags: readonly string[];
  hideMine: boolean;
  hideTheirs: boolean;
}

const DAY_MS = 24 * 60 * 60 * 1_000;
const RANGE_DAYS: Record<Range, number> = {
  ALL: Infinity,
  SIX_MONTHS: 180,
  ONE_MONTH: 30,
  THREE_DAYS: 3,
};

export class PlainMoments {
  readonly posts: PlainPost[] = [];
  readonly ranges = new Map<string, Range>();
  friends: FriendRow[] = [];
  blocks: { readonly by: string; readonly whom: string }[] = [];

  befriend(a: string, b: string): void {
    if (this.areFriends(a, b)) return;
    for (const [of, to] of [
      [a, b],
      [b, a],
    ] as const) {
      this.friends.push({ of, to, tags: [], hideMine: false, hideTheirs: false });
    }
  }

  part(a: string, b: string): void {
    this.friends = this.friends.filter(
      ({ of, to }) => !(of === a && to === b) && !(of === b && to === a),
    );
  }

  block(by: string, whom: string): void {
    this.unblock(by, whom);
    this.blocks.push({ by, whom });
  }

  unblock(by: string, whom: string): void {
    this.blocks = this.blocks.filter((one) => one.by !== by || one.whom !== whom);
  }

  row(of: string, to: string): FriendRow | undefined {
    return this.friends.find((row) => row.of === of && row.to === to);
  }

  areFriends(a: string, b: string): boolean {
    return this.row(a, b) !== undefined;
  }

  /** Either has blocked the other. */
  areApart(a: string, b: string): boolean {
    return this.blocks.some(({ by, whom }) => (by === a && whom === b) || (by === b && whom === a));
  }

  seesPost(viewer: string, post: PlainPost): boolean {
    if (post.gone) return false;
    if (post.author === viewer) return true;
    const noted = this.row(post.author, viewer);
    if (noted === undefined) return false;
    if (this.areApart(viewer, post.author)) return false;
    if (noted.hideMine) return false;
    const days = RANGE_DAYS[this.ranges.get(post.author) ?? 'ALL'];
    if (Date.now() - post.createdMs >= days * DAY_MS) return false;
    const { kind, people, tags } = post.audience;
    let named = false;
    for (const one of people) if (one === viewer) named = true;
    for (const tag of tags) for (const own of noted.tags) if (tag === own) named = true;
    if (kind === 'PRIVATE') return false;
    if (kind === 'ONLY') return named;
    if (kind === 'EXCEPT') return !named;
    return true;
  }

  /** Newest first. */
  timeline(viewer: string): PlainPost[] {
    const cared = this.posts.filter(
      ({ author }) => author === viewer || this.row(viewer, author)?.hideTheirs !== true,
    );
    return this.#newestFirst(cared.filter((post) => this.seesPost(viewer, post)));
  }

  postsOf(viewer: string, author: string): PlainPost[] {
    const own = this.posts.filter((post) => post.author === author);
    return this.#newestFirst(own.filter((post) => this.seesPost(viewer, post)));
  }

  #newestFirst(posts: PlainPost[]): PlainPost[] {
    const below = (a: PlainPost, b: PlainPost) => (a.id < b.id ? 1 : -1);
    return posts.sort((a, b) => b.createdMs - a.createdMs || below(a, b));
  }
}
