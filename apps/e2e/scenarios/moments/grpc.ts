import { createGrpcClient } from '@queqiao/grpc-kit';
import {
  CommentServiceDefinition as Comments,
  CreateCommentRequest,
  CreatePostRequest,
  ListCommentsRequest,
  ListMomentNoticesRequest,
  ListPostsRequest,
  ListTimelineRequest,
  MomentNoticeServiceDefinition as Notices,
  MomentServiceDefinition as Moments,
} from '@queqiao/protocol/client';
import type { TestCluster } from '@queqiao/testkit';
import { expect, it } from 'vitest';
import { typed } from '../../src/doors.js';
import { befriend } from '../../src/stage/befriend.js';
import { useStage } from '../../src/stage/stage.js';
import { failureOf } from '../../src/stage/two-ways.js';
import { changed, comesTo, noticed, saying, textsOf } from './moment-reads.js';

export function grpc(cluster: () => TestCluster): void {
  const stage = useStage(cluster, 'moments-by-grpc');

  it('are done and read by gRPC as by the socket, through either logic node', async () => {
    const [alice, bob] = stage().cast;
    await befriend(alice, bob);
    const [one, two] = [0, 1].map((node) => cluster().logicAt(node).grpcAddress);
    const moments = createGrpcClient(Moments, one ?? '');
    const comments = createGrpcClient(Comments, two ?? '');
    const notices = createGrpcClient(Notices, two ?? '');
    const authorization = `Bearer ${await stage().app.token('bob')}`;
    const options = { metadata: { authorization, 'queqiao-device': 'console' } };
    try {
      const content = saying('by gRPC');
      const posting = CreatePostRequest.create({ clientRequestId: 'p', content });
      const { postId } = await moments.createPost(posting, options);
      expect(await moments.createPost(posting, options)).toMatchObject({ postId });
      await changed(bob, postId);
      await comesTo(alice, 'by gRPC');
      await alice.does(Comments, 'likePost', { postId });
      await changed(alice, postId);
      await noticed(bob, 'LIKE', 'alice', postId);
      const answer = CreateCommentRequest.create({ clientRequestId: 'c', postId, text: 'yes' });
      await comments.createComment(answer, options);
      await changed(bob, postId);
      await noticed(alice, 'COMMENT', 'bob', postId);
      const listed = await comments.listComments(ListCommentsRequest.create({ postId }), options);
      expect(await alice.reads(Comments, 'listComments', { postId })).toEqual(listed);
      const told = await notices.listMomentNotices(ListMomentNoticesRequest.create({}), options);
      expect(await bob.reads(Notices, 'listMomentNotices', {})).toEqual(told);
      const timeline = await moments.listTimeline(ListTimelineRequest.create({}), options);
      expect(textsOf(timeline.posts)).toEqual(['by gRPC']);
      const own = await moments.listPosts(ListPostsRequest.create({ userId: 'bob' }), options);
      expect(own.posts).toEqual(timeline.posts);
      const none = typed(moments.getPost({ postId: 'nosuch' }, options));
      expect(await failureOf(none)).toBe('NOT_FOUND post_id');
    } finally {
      for (const client of [moments, comments, notices]) client.close();
    }
  });
}
