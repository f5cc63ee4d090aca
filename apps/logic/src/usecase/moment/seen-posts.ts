import type { UserContext } from '../caller.js';
import type { Reactions, ReactionReads } from '../comment/read-ports.js';
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
