import { MomentServiceDefinition } from '@queqiao/protocol/server';
import type { ExportPosts } from '../../usecase/moment/export-posts.js';
import type { GetAppPost } from '../../usecase/moment/get-app-post.js';
import type { ListAppComments } from '../../usecase/moment/list-app-comments.js';
import type { ListAppPosts } from '../../usecase/moment/list-app-posts.js';
import type { RemoveComment } from '../../usecase/moment/remove-comment.js';
import type { RemovePost, RestorePost } from '../../usecase/moment/set-post-state.js';
import { defineService, type ApiService } from '../api-service.js';
import { toAppComment, toAppPost, toExportRecord } from './app-mapper.js';

export interface ServerMomentUsecases {
  readonly listAppPosts: ListAppPosts;
  readonly getAppPost: GetAppPost;
  readonly removePost: RemovePost;
  readonly restorePost: RestorePost;
  readonly listAppComments: ListAppComments;
  readonly removeComment: RemoveComment;
  readonly exportPosts: ExportPosts;
}

export function serverMomentService(usecases: ServerMomentUsecases): ApiService<'business'> {
  return defineService('business', MomentServiceDefinition, {
    async listPosts(request, context) {
      const { posts, nextPageToken } = await usecases.listAppPosts.run(context, request);
      return { posts: posts.map(toAppPost), nextPageToken };
    },
    getPost: async (request, context) => ({
      post: toAppPost(await usecases.getAppPost.run(context, request)),
    }),
    async removePost(request, context) {
      await usecases.removePost.run(context, request);
      return {};
    },
    async restorePost(request, context) {
      await usecases.restorePost.run(context, request);
      return {};
    },
    async listComments(request, context) {
      const { comments, nextPageToken } = await usecases.listAppComments.run(context, request);
      return { comments: comments.map(toAppComment), nextPageToken };
    },
    async removeComment(request, context) {
      await usecases.removeComment.run(context, request);
      return {};
    },
    async exportPosts(request, context) {
      const answer = await usecases.exportPosts.run(context, request);
      return { ...answer, records: answer.records.map(toExportRecord) };
    },
  });
}
