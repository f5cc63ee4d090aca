import {
  agePost,
  changePair,
  deletePost,
  editPost,
  makePost,
  noteFriend,
  setAudience,
  setRange,
} from './deeds.js';
import { changeLike, deleteComment, makeComment, sharePost } from './reaction-deeds.js';
import type { MomentWorld } from './moment-world.js';
import { markNotices } from './notice-reads.js';
import type { Step } from './program-steps.js';
import { read } from './reads.js';

/** Does one step of a program, to the server and to the plain rules, and compares what they say. */
export async function perform(world: MomentWorld, step: Step): Promise<void> {
  switch (step.do) {
    case 'post':
      return makePost(world, step);
    case 'edit':
      return editPost(world, step);
    case 'set audience':
      return setAudience(world, step);
    case 'delete':
      return deletePost(world, step);
    case 'age':
      return agePost(world, step);
    case 'befriend':
    case 'part':
    case 'block':
    case 'unblock':
      return changePair(world, step);
    case 'note':
      return noteFriend(world, step);
    case 'set range':
      return setRange(world, step);
    case 'like':
    case 'unlike':
      return changeLike(world, step);
    case 'share':
      return sharePost(world, step);
    case 'comment':
      return makeComment(world, step);
    case 'delete comment':
      return deleteComment(world, step);
    case 'mark':
      return markNotices(world, step);
    case 'work':
      world.lines.push('jobs are done');
      return world.work();
    case 'read':
      return read(world, step);
  }
}
