/** What the page shows of posts. */
export interface MomentsState {
  /** What is open in the pane; undefined: no posts. */
  readonly view: MomentsView | undefined;
  /** Of the view, newest first. */
  readonly posts: readonly PostInfo[];
  readonly status: 'loading' | 'ready' | 'failed';
  /** `posts` are all. */
  readonly complete: boolean;
  /** All comments of the one post that is open, when it shows only the first ones itself. */
  readonly comments: readonly CommentInfo[] | undefined;
  /** Friends have posted since this person looked. */
  readonly hasNew: boolean;
  readonly notices: readonly NoticeInfo[];
  readonly noticesLoaded: boolean;
  readonly noticesComplete: boolean;
  readonly unreadNotices: number;
}

export type MomentsView =
  | { readonly kind: 'timeline' | 'notices' }
  | { readonly kind: 'person'; readonly userId: string }
  | { readonly kind: 'post'; readonly postId: string };

export interface PostInfo {
  readonly postId: string;
  readonly authorId: string;
  readonly text: string;
  readonly images: readonly MediaInfo[];
  readonly video: VideoInfo | undefined;
  readonly location: LocationInfo | undefined;
  readonly link: LinkInfo | undefined;
  readonly mentionedIds: readonly string[];
  /** Of own posts. */
  readonly audience: AudienceInfo | undefined;
  readonly createdMs: number;
  readonly edited: boolean;
  readonly likes: {
    readonly mine: boolean;
    readonly count: number;
    /** There are more than are counted. */
    readonly more: boolean;
    /** The first ones. */
    readonly userIds: readonly string[];
  };
  readonly comments: {
    readonly count: number;
    readonly more: boolean;
    /** The oldest ones. */
    readonly list: readonly CommentInfo[];
  };
  readonly shares: number;
}

export interface MediaInfo {
  readonly url: string;
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
  /** Such as png. */
  readonly format: string;
}

export interface VideoInfo extends MediaInfo {
  readonly durationMs: number;
}

export interface LocationInfo {
  readonly name: string;
  readonly latitude: number;
  readonly longitude: number;
}

export interface LinkInfo {
  readonly url: string;
  readonly title: string;
  readonly description: string;
}

export interface CommentInfo {
  readonly commentId: string;
  readonly authorId: string;
  readonly text: string;
  readonly createdMs: number;
  /** Whom it answers; empty: nobody. */
  readonly replyToId: string;
}

export const AUDIENCES = ['friends', 'private', 'only', 'except'] as const;

export interface AudienceInfo {
  readonly kind: (typeof AUDIENCES)[number];
  readonly userIds: readonly string[];
  readonly tags: readonly string[];
}

/** What a person writes. */
export interface PostDraft {
  readonly text: string;
  readonly images: readonly MediaInfo[];
  readonly video: VideoInfo | undefined;
  readonly location: LocationInfo | undefined;
  readonly link: LinkInfo | undefined;
  readonly mentionedIds: readonly string[];
}

export interface NoticeInfo {
  readonly seq: number;
  readonly kind: 'like' | 'comment' | 'reply' | 'mention';
  readonly postId: string;
  readonly actorId: string;
  readonly createdMs: number;
  readonly unread: boolean;
  /** Of a comment. */
  readonly text: string;
}

export const MAX_IMAGES = 9;
export const FOR_FRIENDS: AudienceInfo = { kind: 'friends', userIds: [], tags: [] };
export const NO_DRAFT: PostDraft = {
  text: '',
  images: [],
  video: undefined,
  location: undefined,
  link: undefined,
  mentionedIds: [],
};
export const NO_MOMENTS: MomentsState = {
  view: undefined,
  posts: [],
  status: 'loading',
  complete: false,
  comments: undefined,
  hasNew: false,
  notices: [],
  noticesLoaded: false,
  noticesComplete: false,
  unreadNotices: 0,
};

const PREFIX = 'moments';

/** The view that the address names; undefined when it names something else. */
export function viewFromAddress(address: string | undefined): MomentsView | undefined {
  const [prefix, kind, ...rest] = (address ?? '').split(':');
  const id = rest.join(':');
  if (prefix !== PREFIX) return undefined;
  if (kind === 'notices') return { kind };
  if (kind === 'person' && id !== '') return { kind, userId: id };
  if (kind === 'post' && id !== '') return { kind, postId: id };
  return { kind: 'timeline' };
}

export function addressOf(view: MomentsView): string {
  if (view.kind === 'person') return `${PREFIX}:person:${view.userId}`;
  if (view.kind === 'post') return `${PREFIX}:post:${view.postId}`;
  return view.kind === 'notices' ? `${PREFIX}:notices` : PREFIX;
}

/** Everyone who is named with these posts. */
export function peopleOfPosts(posts: readonly PostInfo[]): string[] {
  return posts.flatMap(({ authorId, likes, comments, mentionedIds }) => [
    authorId,
    ...likes.userIds,
    ...mentionedIds,
    ...comments.list.flatMap(peopleOfComment),
  ]);
}

export function peopleOfComment({ authorId, replyToId }: CommentInfo): string[] {
  return replyToId === '' ? [authorId] : [authorId, replyToId];
}

/** Own comments, and all of own posts. */
export function mayDeleteComment(post: PostInfo, comment: CommentInfo, meId: string): boolean {
  return post.authorId === meId || comment.authorId === meId;
}

/** What is there to be said, and whether it may be said now: an audience of some has to name somebody. */
export function isSendable(draft: PostDraft, { kind, userIds, tags }: AudienceInfo): boolean {
  const says =
    draft.text.trim() !== '' ||
    draft.images.length > 0 ||
    draft.video !== undefined ||
    draft.link !== undefined;
  const names = userIds.length + tags.length > 0;
  return says && (names || kind === 'friends' || kind === 'private');
}

/** What a draft of an own post begins with. */
export function draftOf(post: PostInfo): PostDraft {
  const { text, images, video, location, link, mentionedIds } = post;
  return { text, images, video, location, link, mentionedIds };
}
