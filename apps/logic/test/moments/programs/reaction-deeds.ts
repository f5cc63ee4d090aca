import { CommentServiceDefinition as Comments } from '@queqiao/protocol/client';
import { newId } from '../../rig/api-rig.js';
import { NO_POST } from './deeds.js';
import { mustEqual } from './demands.js';
import { DONE, type MomentWorld } from './moment-world.js';
import type { PlainPost } from './plain-moments.js';
import type { PlainComment } from './plain-reactions.js';
import { personAt, type StepOf } from './program-steps.js';

const NO_ANSWERED = 'NOT_FOUND reply_to_comment_id';
const NO_COMMENT = 'NOT_FOUND comment_id';
const NOT_ONES_OWN = 'PERMISSION_DENIED comment_id';

export async function changeLike(
  world: MomentWorld,
  step: StepOf<'like' | 'unlike'>,
): Promise<void> {
  const post = world.post(step.post);
  if (post === undefined) return;
  const who = personAt(step.who);
  const request = { clientRequestId: newId(), postId: post.id };
  const call = world.call(who)(Comments, `${step.do}Post`, request);
  const done = world.plain.seesPost(who, post);
  await world.deed(`${who} ${step.do}s ${post.name}`, call, done ? DONE : NO_POST);
  if (!done) return;
  const isNew = step.do === 'like' && !world.reactions.liked(post, who);
  world.reactions[step.do](post, who);
  if (isNew) world.notices.happened({ kind: 'LIKE', post, actor: who });
}

export async function sharePost(world: MomentWorld, step: StepOf<'share'>): Promise<void> {
  const post = world.post(step.post);
  if (post === undefined) return;
  const who = personAt(step.who);
  const request = { clientRequestId: newId(), postId: post.id };
  const call = world.call(who)(Comments, 'sharePost', request);
  const done = world.plain.seesPost(who, post);
  await world.deed(`${who} shares ${post.name}`, call, done ? DONE : NO_POST);
  if (!done) return;
  post.shares += 1;
  mustEqual((await call).shareCount, post.shares);
}

export async function makeComment(world: MomentWorld, step: StepOf<'comment'>): Promise<void> {
  const post = world.post(step.post);
  if (post === undefined) return;
  const who = personAt(step.who);
  const answers = answered(world, post, step);
  const name = `c${world.reactions.comments.length + 1}`;
  const call = world.call(who)(Comments, 'createComment', {
    clientRequestId: newId(),
    postId: post.id,
    text: name,
    replyToCommentId: answers?.id ?? '',
  });
  const line = `${who} comments ${post.name}: ${name}`;
  const answering = answers === undefined ? line : `${line}, which answers ${answers.name}`;
  const ends = endOfComment(world, { who, post, answers });
  await world.deed(answering, call, ends);
  if (ends !== DONE) return;
  const { commentId, createdMs } = await call;
  const made = { name, id: commentId, post, writer: who, text: name, createdMs, answers };
  const comment = { ...made, turn: world.reactions.nextTurn(), gone: false };
  world.reactions.comments.push(comment);
  world.notices.happened({ kind: 'COMMENT', post, actor: who, comment });
  world.name(commentId, name);
}

/** One of the same post as a rule, and now and then of any. */
function answered(
  { reactions }: MomentWorld,
  post: PlainPost,
  { answers }: StepOf<'comment'>,
): PlainComment | undefined {
  if (answers === null) return undefined;
  const same = reactions.comments.filter((comment) => comment.post === post);
  const among = answers % 8 === 7 ? reactions.comments : same;
  return among[answers % Math.max(1, among.length)];
}

function endOfComment(
  { plain, reactions }: MomentWorld,
  { who, post, answers }: { who: string; post: PlainPost; answers: PlainComment | undefined },
): string {
  if (!plain.seesPost(who, post)) return NO_POST;
  if (answers === undefined) return DONE;
  const there = answers.post === post && reactions.seesComment(who, answers);
  return there ? DONE : NO_ANSWERED;
}

export async function deleteComment(
  world: MomentWorld,
  step: StepOf<'delete comment'>,
): Promise<void> {
  const { comments } = world.reactions;
  const comment = comments[step.comment % Math.max(1, comments.length)];
  if (comment === undefined) return;
  const { writer, post } = comment;
  const who = { writer, author: post.author, somebody: personAt(step.who) }[step.by];
  const request = { clientRequestId: newId(), postId: post.id, commentId: comment.id };
  const call = world.call(who)(Comments, 'deleteComment', request);
  const ends = endOfDeletion(world, who, comment);
  await world.deed(`${who} deletes ${comment.name}`, call, ends);
  if (ends === DONE) comment.gone = true;
}

function endOfDeletion(
  { plain, reactions }: MomentWorld,
  who: string,
  comment: PlainComment,
): string {
  const { post, writer, gone } = comment;
  if (!plain.seesPost(who, post)) return NO_POST;
  if (gone) return NO_COMMENT;
  if (who === writer || who === post.author) return DONE;
  return reactions.seesComment(who, comment) ? NOT_ONES_OWN : NO_COMMENT;
}
