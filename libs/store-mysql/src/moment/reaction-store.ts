import type { DecideReaction, ReactionStore, ReactionWork } from '../reaction-types.js';
import type { StoreContext } from '../store-context.js';
import { createComment, deleteComment } from './comment-writes.js';
import { likePost, sharePost, unlikePost } from './like-writes.js';

export class MysqlReactionStore implements ReactionStore {
  constructor(private readonly context: StoreContext) {}

  like(work: ReactionWork, decide: DecideReaction) {
    return likePost(this.context, work, decide);
  }

  unlike(work: ReactionWork, decide: DecideReaction) {
    return unlikePost(this.context, work, decide);
  }

  share(work: ReactionWork, decide: DecideReaction) {
    return sharePost(this.context, work, decide);
  }

  comment(...[work, decide]: Parameters<ReactionStore['comment']>) {
    return createComment(this.context, work, decide);
  }

  deleteComment(...[work, decide]: Parameters<ReactionStore['deleteComment']>) {
    return deleteComment(this.context, work, decide);
  }
}
