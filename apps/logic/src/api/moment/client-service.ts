import { MomentServiceDefinition, type Post } from '@queqiao/protocol/client';
import type { UserContext } from '../../usecase/caller.js';
import type { CreatePost } from '../../usecase/moment/create-post.js';
import type { DeletePost } from '../../usecase/moment/delete-post.js';
import type { EditPost } from '../../usecase/moment/edit-post.js';
import type { GetPost } from '../../usecase/moment/get-post.js';
import type { ListPosts } from '../../usecase/moment/list-posts.js';
import type { ListNewPosts } from '../../usecase/moment/list-new-posts.js';
import type { ListTimeline } from '../../usecase/moment/list-timeline.js';
import type { SetAudience } from '../../usecase/moment/set-audience.js';
import type { SeenPost } from '../../usecase/moment/seen-posts.js';
import { defineService, type ApiService } from '../api-service.js';
import { toAudience, toPostInput, toProtoPost } from './mapper.js';

export interface MomentUsecases {
  readonly createPost: CreatePost;
  readonly editPost: EditPost;
  readonly setAudience: SetAudience;
  readonly deletePost: DeletePost;
  readonly getPost: GetPost;
  readonly listPosts: ListPosts;
  readonly listTimeline: ListTimeline;
  readonly listNewPosts: ListNewPosts;
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
      return { posts: seen(posts, context), nextPageToken };
    },
    async listTimeline(request, context) {
      const answer = await usecases.listTimeline.run(context, request);
      return { ...answer, posts: seen(answer.posts, context) };
    },
    async listNewPosts(request, context) {
      const answer = await usecases.listNewPosts.run(context, request);
      return { ...answer, posts: seen(answer.posts, context) };
    },
  });
}

function seen(posts: readonly SeenPost[], { caller }: UserContext): Post[] {
  return posts.map((post) => toProtoPost(post, caller.userId));
}
