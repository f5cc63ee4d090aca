import type { DeleteFriend } from '../friend/delete-friend.js';
import type { Friends } from '../friend/ports.js';
import type { DeletePost } from '../moment/delete-post.js';
import { asUser, newRequestId, unless } from './as-user.js';
import { eraseMessages, type EraseMessagesDeps } from './erase-messages.js';
import { eraseNextRequest, type EraseToldDeps } from './erase-told.js';
import { leaveNextGroup, type LeaveGroupsDeps } from './leave-groups.js';
import type { ErasureJob, ErasurePhase, ErasureRows } from './ports.js';

/** Posts and friends of one step. */
const STEP_ITEMS = 20;

export interface AdvanceErasureDeps extends EraseMessagesDeps, EraseToldDeps, LeaveGroupsDeps {
  readonly rows: ErasureRows;
  readonly friends: Pick<Friends, 'friends'>;
  readonly deleteFriend: DeleteFriend;
  readonly deletePost: DeletePost;
}

const FIRST: ErasurePhase = 'messages';
const NEXT = {
  messages: 'groups',
  groups: 'posts',
  posts: 'friends',
  friends: 'requests',
  requests: 'rows',
  rows: 'user',
  user: 'sweep',
  sweep: 'done',
  done: 'done',
} as const satisfies Record<ErasurePhase, ErasurePhase>;

/** No phase has one. */
const SEPARATOR = ' ';

/** Nothing is to be done now: it is done, or calls that the sweep has to come after may be under way. */
export function isAtRest({ phase, doneTo }: ErasureJob): boolean {
  return phase === 'done' || (phase === 'sweep' && doneTo === '');
}

/**
 * Takes an erasure one step further, and resolves with where it stands then. What is left says what is to be done, so that a step may
 * be run again, also by another node.
 */
export class AdvanceErasure {
  constructor(readonly deps: AdvanceErasureDeps) {}

  run(job: ErasureJob): Promise<ErasureJob> {
    return job.phase === 'sweep' ? this.#sweep(job) : this.#advance(job);
  }

  /** All phases once more: a call that was under way may have written behind any of them. Its place is the phase and the place in it. */
  async #sweep(job: ErasureJob): Promise<ErasureJob> {
    const [phase, ...place] = (job.doneTo === '' ? FIRST : job.doneTo).split(SEPARATOR);
    const again = { ...job, phase: phase as ErasurePhase, doneTo: place.join(SEPARATOR) };
    const after = await this.#advance(again);
    if (after.phase === 'sweep') return next(job);
    return { ...job, doneTo: after.phase + SEPARATOR + after.doneTo };
  }

  async #advance(job: ErasureJob): Promise<ErasureJob> {
    if (job.phase === 'messages') {
      const doneTo = await eraseMessages(this.deps, job);
      return doneTo === null ? next(job) : { ...job, doneTo };
    }
    if (job.phase === 'friends') {
      const doneTo = await this.#partFriends(job);
      return doneTo === null ? next(job) : { ...job, doneTo };
    }
    return (await this.#step(job)) ? job : next(job);
  }

  /** False: nothing is left of the phase. */
  async #step(job: ErasureJob): Promise<boolean> {
    if (job.phase === 'groups') return leaveNextGroup(this.deps, job);
    if (job.phase === 'posts') return this.#deletePosts(job);
    if (job.phase === 'requests') return eraseNextRequest(this.deps, job);
    if (job.phase === 'rows') return this.deps.rows.eraseRows(job);
    if (job.phase === 'user') await this.deps.rows.eraseUser(job);
    return false;
  }

  async #deletePosts(job: ErasureJob): Promise<boolean> {
    const posts = await this.deps.rows.nextPosts(job, STEP_ITEMS);
    for (const postId of posts) {
      await this.deps.deletePost.run(asUser(job), { clientRequestId: newRequestId(), postId });
    }
    return posts.length > 0;
  }

  /** Up to whom it is done; null: there is nobody else. */
  async #partFriends(job: ErasureJob): Promise<string | null> {
    const page = { afterId: job.doneTo, limit: STEP_ITEMS };
    const friends = await this.deps.friends.friends(job.appId, job.userId, page);
    for (const { friendId: userId } of friends) {
      // Both may be erased at the same time.
      await unless(['NOT_FOUND'], () =>
        this.deps.deleteFriend.run(asUser(job), { clientRequestId: newRequestId(), userId }),
      );
    }
    return friends.at(-1)?.friendId ?? null;
  }
}

function next(job: ErasureJob): ErasureJob {
  return { ...job, phase: NEXT[job.phase], doneTo: '' };
}
