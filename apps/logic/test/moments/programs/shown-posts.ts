import { Audience_Kind, type Comment, type Post } from '@queqiao/protocol/client';
import { mustEqual } from './demands.js';
import type { MomentWorld } from './moment-world.js';
import type { PlainPost } from './plain-moments.js';
import type { PlainComment } from './plain-reactions.js';

/** Comments that a post is shown with. */
const PREVIEW = 10;

/** A post as the server shows it, in the words of programs. */
function shownBy(world: MomentWorld, post: Post): object {
  const { content, audience, editedMs, likes, comments } = post;
  const names = (ids: readonly string[] = []) => ids.map((id) => world.nameOf(id));
  return {
    name: world.nameOf(post.postId),
    author: world.nameOf(post.authorId),
    createdMs: post.createdMs,
    text: content?.text,
    mentions: names(content?.mentionedUserIds),
    revision: post.revision,
    edited: editedMs > 0,
    shares: post.shareCount,
    likes: { ...likes, userIds: names(likes?.userIds) },
    comments: { ...comments, comments: comments?.comments.map((one) => shownComment(world, one)) },
    audience: audience && {
      kind: Audience_Kind[audience.kind],
      people: names(audience.userIds),
      tags: audience.tags,
    },
  };
}

export function shownComment(world: MomentWorld, comment: Comment): object {
  const { commentId, authorId, text, createdMs } = comment;
  return {
    name: world.nameOf(commentId),
    writer: world.nameOf(authorId),
    text,
    createdMs,
    answers: [world.nameOf(comment.replyToCommentId), world.nameOf(comment.replyToUserId)],
  };
}

/** The same by the plain rules. */
export function meantComment(
  { reactions }: MomentWorld,
  viewer: string,
  { name, writer, text, createdMs, answers }: PlainComment,
): object {
  const there = answers !== undefined && reactions.seesComment(viewer, answers);
  return {
    name,
    writer,
    text,
    createdMs,
    answers: there ? [answers.name, answers.writer] : ['', ''],
  };
}

/** The same by the plain rules. */
function meantFor(world: MomentWorld, viewer: string, post: PlainPost): object {
  const { name, author, createdMs, text, mentions, revision, shares, audience } = post;
  const { reactions } = world;
  const own = viewer === author;
  const seen = { name, author, createdMs, text, mentions, revision, shares };
  const likes = reactions.likesOf(viewer, post);
  const comments = reactions.commentsOf(viewer, post);
  return {
    ...seen,
    edited: revision > 0,
    audience: own ? audience : undefined,
    likes: {
      count: likes.length,
      countIsBound: false,
      mine: reactions.liked(post, viewer),
      userIds: likes,
    },
    comments: {
      count: comments.length,
      countIsBound: false,
      comments: comments.slice(0, PREVIEW).map((one) => meantComment(world, viewer, one)),
    },
  };
}

export function expectPosts(
  world: MomentWorld,
  viewer: string,
  posts: readonly Post[],
  meant: readonly PlainPost[],
): void {
  // Names first: what is missing is easier to see.
  const names = posts.map(({ postId }) => world.nameOf(postId));
  mustEqual(
    names,
    meant.map(({ name }) => name),
  );
  const shown = posts.map((post) => shownBy(world, post));
  mustEqual(
    shown,
    meant.map((post) => meantFor(world, viewer, post)),
  );
}
