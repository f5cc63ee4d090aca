import { MomentServiceDefinition } from '@queqiao/protocol/client';
import type { CreatePost } from '../../usecase/moment/create-post.js';
import type { DeletePost } from '../../usecase/moment/delete-post.js';
import type { EditPost } from '../../usecase/moment/edit-post.js';
import type { GetPost } from '../../usecase/moment/get-post.js';
import type { ListPosts } from '../../usecase/moment/list-posts.js';
import type { SetAudience } from '../../usecase/moment/set-audience.js';
import { defineService, type ApiService } from '../api-service.js';
import { toAudience, toPostInput, toProtoPost } from './mapper.js';

export interface MomentUsecases {
  readonly createPost: CreatePost;
  readonly editPost: EditPost;
  readonly setAudience: SetAudience;
  readonly deletePost: DeletePost;
  readonly getPost: GetPost;
  readonly listPosts: ListPosts;
}

export function clientMomentService(usecases: MomentUsecases): ApiService<'user'> {
  return defineService('user', MomentServiceDefinition, {
    async createPost({ clientRequestId, content, audience }, context) {
      const post = { content: toPostInput(content), audience: toAudience(audience) };
      return usecases.createPost.run(context, { clientRequestId, ...post });
    },
    editPost: async (request, context) =>
      usecases.editPost.run(context, { ...request, content: toPostInput(request.content) }),
    async setAudience(request, context) {
      const audience = toAudience(request.audience);
      await usecases.setAudience.run(context, { ...request, audience });
      return {};
    },
    async deletePost(request, context) {
      await usecases.deletePost.run(context, request);
      return {};
    },
    async getPost(request, context) {
      const post = await usecases.getPost.run(context, request);
      return { post: toProtoPost(post, context.caller.userId) };
    },
    async listPosts(request, context) {
      const { posts, nextPageToken } = await usecases.listPosts.run(context, request);
      const seen = posts.map((post) => toProtoPost(post, context.caller.userId));
      return { posts: seen, nextPageToken };
    },
  });
}
