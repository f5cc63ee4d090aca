import type { BusinessContext } from '../caller.js';
import { decodePage, encodePage, pageLimit } from '../paging.js';
import type { AppComment, AppLike, AppPost, AppPosts, ReactionsWanted } from './app-ports.js';
import { APP_PAGE_MAX_BYTES, authorOf, type AppPostsDeps } from './list-app-posts.js';

export const EXPORT_LIMIT_DEFAULT = 200;
export const EXPORT_LIMIT_MAX = 500;
/** Posts that are read together with their likes and comments: three statements. */
export const EXPORT_READ_MAX_POSTS = 25;
/** Such reads of one page. */
export const EXPORT_MAX_READS = 4;
/** Likes, and comments, that are read of one post at a time; a post with more ends the page. */
export const EXPORT_READ_MAX_REACTIONS = 100;
/** A post has its time from before its commit: what is younger may still get older neighbours. */
const SETTLED_MS = 60_000;

export type ExportRecord =
  | { readonly kind: 'post'; readonly post: AppPost }
  | { readonly kind: 'like'; readonly like: AppLike }
  | { readonly kind: 'comment'; readonly comment: AppComment };

export interface ExportAnswer {
  readonly records: ExportRecord[];
  /** Empty only while there is nothing at all. */
  readonly nextPageToken: string;
  readonly more: boolean;
}

/** The last record that was answered: its post, and its own place there when it is none itself. */
interface Place {
  readonly createdMs: number;
  readonly postId: string;
  readonly kind: ExportRecord['kind'];
  readonly own: { readonly createdMs: number; readonly id: string };
}

const KINDS = ['post', 'like', 'comment'] as const;

/**
 * Posts, oldest first, each with its likes and comments. A place stays good for ever, as posts and comments keep their rows: an
 * export goes on where the last one ended. Errors: INVALID_ARGUMENT, NOT_FOUND.
 */
export class ExportPosts {
  constructor(readonly deps: AppPostsDeps) {}

  async run(
    { appId }: BusinessContext,
    input: { readonly userId: string; readonly pageToken: string; readonly limit: number },
  ): Promise<ExportAnswer> {
    const bounds = { byDefault: EXPORT_LIMIT_DEFAULT, max: EXPORT_LIMIT_MAX };
    const page = new ExportPage(pageLimit(input.limit, bounds), placeOf(input.pageToken));
    const authorId = await authorOf(this.deps, appId, input.userId);
    const { appPosts } = this.deps;
    for (let reads = 0; reads < EXPORT_MAX_READS; reads += 1) {
      const from = page.place;
      const range = { from, settledMs: SETTLED_MS, limit: EXPORT_READ_MAX_POSTS };
      const posts = await appPosts.postsFrom(appId, authorId, range);
      const complete = page.add(await withReactions(appPosts, appId, posts, page.place));
      if (!complete) return page.answer(true);
      if (posts.length < EXPORT_READ_MAX_POSTS) return page.answer(false);
    }
    return page.answer(true);
  }
}

interface PostWithReactions {
  readonly post: AppPost;
  readonly likes: readonly AppLike[];
  readonly comments: readonly AppComment[];
}

async function withReactions(
  appPosts: AppPosts,
  appId: BusinessContext['appId'],
  posts: readonly AppPost[],
  place: Place | null,
): Promise<PostWithReactions[]> {
  const read = EXPORT_READ_MAX_REACTIONS;
  const likes = byPost(await appPosts.likes(appId, wantedOf(posts, place, 'like'), read));
  const comments = byPost(await appPosts.comments(appId, wantedOf(posts, place, 'comment'), read));
  return posts.map((post) => ({
    post,
    likes: likes.get(post.postId) ?? [],
    comments: comments.get(post.postId) ?? [],
  }));
}

/** Of the post at the place only what is behind it; of a deleted post nothing. */
function wantedOf(
  posts: readonly AppPost[],
  place: Place | null,
  kind: 'like' | 'comment',
): ReactionsWanted[] {
  return posts.flatMap(({ postId, state }) => {
    const here = place?.postId === postId ? place : null;
    const passed = here !== null && KINDS.indexOf(here.kind) > KINDS.indexOf(kind);
    if (state === 'deleted' || passed) return [];
    return [{ postId, after: here?.kind === kind ? here.own : null }];
  });
}

function byPost<T extends { readonly postId: string }>(rows: readonly T[]): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const row of rows) {
    const known = found.get(row.postId);
    if (known) known.push(row);
    else found.set(row.postId, [row]);
  }
  return found;
}

class ExportPage {
  readonly #records: ExportRecord[] = [];
  #bytes = 0;

  constructor(
    readonly limit: number,
    public place: Place | null,
  ) {}

  /** False when the page is full, or more of one post has to be read. */
  add(posts: readonly PostWithReactions[]): boolean {
    for (const { post, likes, comments } of posts) {
      const place = (kind: Place['kind'], createdMs = 0, id = ''): Place => {
        const { createdMs: postMs, postId } = post;
        return { createdMs: postMs, postId, kind, own: { createdMs, id } };
      };
      const isNew = this.place?.postId !== post.postId;
      if (isNew && !this.#put({ kind: 'post', post }, post.content.byteLength, place('post'))) {
        return false;
      }
      for (const like of likes) {
        const at = place('like', like.createdMs, like.userId);
        if (!this.#put({ kind: 'like', like }, 0, at)) return false;
      }
      if (likes.length === EXPORT_READ_MAX_REACTIONS) return false;
      for (const comment of comments) {
        const at = place('comment', comment.createdMs, comment.commentId);
        const bytes = Buffer.byteLength(comment.text);
        if (!this.#put({ kind: 'comment', comment }, bytes, at)) return false;
      }
      if (comments.length === EXPORT_READ_MAX_REACTIONS) return false;
    }
    return true;
  }

  answer(more: boolean): ExportAnswer {
    return { records: this.#records, nextPageToken: tokenOf(this.place), more };
  }

  #put(record: ExportRecord, bytes: number, place: Place): boolean {
    const tooLarge = this.#bytes + bytes > APP_PAGE_MAX_BYTES && this.#records.length > 0;
    if (this.#records.length === this.limit || tooLarge) return false;
    this.#records.push(record);
    this.#bytes += bytes;
    this.place = place;
    return true;
  }
}

function tokenOf(place: Place | null): string {
  if (place === null) return '';
  const { createdMs, postId, kind, own } = place;
  return encodePage([createdMs, postId, KINDS.indexOf(kind), own.createdMs, own.id]);
}

function placeOf(token: string): Place | null {
  const parts = decodePage(token, ['number', 'id', 'number', 'number', 'id']);
  if (parts === null) return null;
  const [createdMs, postId, kind, ownMs, id] = parts;
  return { createdMs, postId, kind: KINDS[kind] ?? 'post', own: { createdMs: ownMs, id } };
}
