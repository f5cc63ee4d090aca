import type { JsonObject } from '../rig/any-door.js';
import type { Asked, Requests, Row } from '../api/tenancy-rows.js';

/** Posts, what is said to them and notices, for back ends too. */
export function momentRows(asked: Asked): Record<string, Row> {
  const said = { content: { text: 'hello' } };
  const ofPost = (more: JsonObject = {}): Row => ({
    post_id: ({ post }) => [asked({ post_id: post, ...more })],
  });
  const forThose = (more: JsonObject): Row => ({
    'audience.user_ids': ({ user }) => [
      asked({ audience: { kind: 'KIND_ONLY', user_ids: [user] }, ...more }),
    ],
  });
  const ofComment =
    (more: (comment: string) => JsonObject): Requests =>
    ({ comment }) => [asked({ post_id: 'own-post', ...more(comment) })];
  return {
    'client.v1.MomentService/CreatePost': forThose(said),
    'client.v1.MomentService/EditPost': ofPost(said),
    'client.v1.MomentService/SetAudience': {
      ...ofPost({ audience: { kind: 'KIND_PRIVATE' } }),
      ...forThose({ post_id: 'own-post' }),
    },
    'client.v1.MomentService/DeletePost': ofPost(),
    'client.v1.MomentService/GetPost': { post_id: ({ post }) => [{ post_id: post }] },
    'client.v1.MomentService/ListPosts': { user_id: ({ user }) => [{ user_id: user }] },
    'client.v1.MomentService/ListTimeline': {},
    'client.v1.MomentService/ListNewPosts': {},
    'client.v1.CommentService/LikePost': ofPost(),
    'client.v1.CommentService/UnlikePost': ofPost(),
    'client.v1.CommentService/SharePost': ofPost(),
    'client.v1.CommentService/CreateComment': {
      ...ofPost({ text: 'hello' }),
      reply_to_comment_id: ofComment((id) => ({ text: 'hello', reply_to_comment_id: id })),
    },
    'client.v1.CommentService/DeleteComment': {
      ...ofPost({ comment_id: 'own' }),
      comment_id: ofComment((comment_id) => ({ comment_id })),
    },
    'client.v1.CommentService/ListLikes': { post_id: ({ post }) => [{ post_id: post }] },
    'client.v1.CommentService/ListComments': { post_id: ({ post }) => [{ post_id: post }] },
    // Of another app there is nothing to name: a notice is a place of the caller's own feed.
    'client.v1.MomentNoticeService/ListMomentNotices': {},
    'client.v1.MomentNoticeService/CountMomentNotices': {},
    'client.v1.MomentNoticeService/MarkMomentNoticesRead': {},
    'server.v1.MomentService/ListPosts': { user_id: ({ user }) => [{ user_id: user }] },
    'server.v1.MomentService/GetPost': { post_id: ({ post }) => [{ post_id: post }] },
    'server.v1.MomentService/RemovePost': ofPost(),
    'server.v1.MomentService/RestorePost': ofPost(),
    'server.v1.MomentService/ListComments': { post_id: ({ post }) => [{ post_id: post }] },
    'server.v1.MomentService/RemoveComment': {
      ...ofPost({ comment_id: 'own' }),
      comment_id: ofComment((comment_id) => ({ comment_id })),
    },
    'server.v1.MomentService/ExportPosts': { user_id: ({ user }) => [{ user_id: user }] },
  };
}
