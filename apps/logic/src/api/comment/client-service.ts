import { CommentServiceDefinition } from '@queqiao/protocol/client';
import type { CreateComment } from '../../usecase/comment/create-comment.js';
import type { DeleteComment } from '../../usecase/comment/delete-comment.js';
import type { LikePost } from '../../usecase/comment/like-post.js';
import type { ListComments } from '../../usecase/comment/list-comments.js';
import type { ListLikes } from '../../usecase/comment/list-likes.js';
import type { SharePost } from '../../usecase/comment/share-post.js';
import type { UnlikePost } from '../../usecase/comment/unlike-post.js';
import { defineService, type ApiService } from '../api-service.js';
import { toProtoComment } from './mapper.js';

export interface CommentUsecases {
  readonly likePost: LikePost;
  readonly unlikePost: UnlikePost;
  readonly sharePost: SharePost;
  readonly createComment: CreateComment;
  readonly deleteComment: DeleteComment;
  readonly listLikes: ListLikes;
  readonly listComments: ListComments;
}

export function clientCommentService(usecases: CommentUsecases): ApiService<'user'> {
  return defineService('user', CommentServiceDefinition, {
    async likePost(request, context) {
      await usecases.likePost.run(context, request);
      return {};
    },
    async unlikePost(request, context) {
      await usecases.unlikePost.run(context, request);
      return {};
    },
    sharePost: async (request, context) => usecases.sharePost.run(context, request),
    createComment: async (request, context) => usecases.createComment.run(context, request),
    async deleteComment(request, context) {
      await usecases.deleteComment.run(context, request);
      return {};
    },
    async listLikes(request, context) {
      const { rows, nextPageToken } = await usecases.listLikes.run(context, request);
      return { likes: rows.map((like) => ({ ...like })), nextPageToken };
    },
    async listComments(request, context) {
      const { rows, nextPageToken } = await usecases.listComments.run(context, request);
      return { comments: rows.map(toProtoComment), nextPageToken };
    },
  });
}
