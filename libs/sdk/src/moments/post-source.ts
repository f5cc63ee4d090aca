import {
  MomentServiceDefinition as Service,
  type ListNewPostsResponse,
  type Post,
} from '@queqiao/protocol/client';
import type { CallOptions, Caller } from '../connection/typed-call.js';
import { QueqiaoError } from '../errors.js';

export interface PostPage {
  readonly posts: readonly Post[];
  readonly nextPageToken: string;
  /** With the first page of a timeline: for what comes after it. */
  readonly newerToken?: string;
}

/** Where the posts of a list come from. */
export interface PostSource {
  page(pageToken: string, limit: number, options: CallOptions): Promise<PostPage>;
  /** Left out: nothing comes but by loading the first page again. */
  newer?(newerToken: string, limit: number, options: CallOptions): Promise<ListNewPostsResponse>;
  /** A post of this user belongs to the list as soon as it is there. */
  readonly ownerId: () => string;
}

export function timelineSource(call: Caller, userId: () => string): PostSource {
  return {
    page: (pageToken, limit, options) =>
      call(Service, 'listTimeline', { pageToken, limit }, options),
    newer: (newerToken, limit, options) =>
      call(Service, 'listNewPosts', { newerToken, limit }, options),
    ownerId: userId,
  };
}

export function userSource(call: Caller, userId: string): PostSource {
  return {
    page: (pageToken, limit, options) =>
      call(Service, 'listPosts', { userId, pageToken, limit }, options),
    ownerId: () => userId,
  };
}

/** A list of one post, or of none when there is none for the user. */
export function postSource(call: Caller, postId: string): PostSource {
  return {
    async page(_pageToken, _limit, options) {
      const post = await readPost(call, postId, options);
      return { posts: post === undefined ? [] : [post], nextPageToken: '' };
    },
    ownerId: () => '',
  };
}

/** Undefined: there is none for the user. */
export async function readPost(
  call: Caller,
  postId: string,
  options: CallOptions = {},
): Promise<Post | undefined> {
  try {
    return (await call(Service, 'getPost', { postId }, options)).post;
  } catch (error) {
    if (error instanceof QueqiaoError && error.code === 'NOT_FOUND') return undefined;
    throw error;
  }
}
