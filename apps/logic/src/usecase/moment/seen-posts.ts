import type { UserId } from '@queqiao/domain';

import type { UserContext } from '../caller.js';
import type { Reactions, ReactionReads } from '../comment/read-ports.js';
import { withinBytes } from '../paging.js';
import type { PostRecord } from './ports.js';

/** A post as its viewer sees it. */
export interface SeenPost {
  readonly post: PostRecord;
  readonly reactions: Reactions;
}

const NONE: Reactions = {
  likes: { count: 0, countIsBound: false, mine: false, userIds: [] },
  comments: { count: 0, countIsBound: false, comments: [] },
};

/** Posts that the caller sees, with what is under them at the same moment. */
export async function withReactions(
  reactions: ReactionReads,
  { appId, caller }: UserContext,
  posts: readonly PostRecord[],
): Promise<SeenPost[]> {
  const found = await reactions.of(appId, caller.userId, posts);
  return posts.map((post) => ({ post, reactions: found.get(post.postId) ?? NONE }));
}

/** As many of the first ones as an answer has room for. */
export function fitting(
  posts: readonly SeenPost[],
  { caller }: Pick<UserContext, 'caller'>,
): SeenPost[] {
  return [...withinBytes(posts, (post) => bytesOf(post, caller.userId))];
}

/** For whom it is, only its author is answered. */
function bytesOf({ post, reactions }: SeenPost, viewerId: UserId): number {
  const { content, authorId, audience } = post;
  const named = authorId === viewerId ? Buffer.byteLength(JSON.stringify(audience)) : 0;
  const said = reactions.comments.comments.map(({ text }) => Buffer.byteLength(text));
  return said.reduce((sum, bytes) => sum + bytes, content.byteLength + named);
}
