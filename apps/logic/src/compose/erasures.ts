import type { Clock, Logger, Registry } from '@queqiao/runtime';
import type { Database } from '@queqiao/store-mysql';
import {
  changeContents,
  toldContents,
  type FriendUsecases,
  type GroupUsecases,
} from '../api/index.js';
import type { AppendWriter } from '../append/index.js';
import { ErasureJobs } from '../delivery/index.js';
import { AdvanceErasure } from '../usecase/erasure/advance-erasure.js';
import type { ErasureJob } from '../usecase/erasure/ports.js';
import type { DeletePost } from '../usecase/moment/delete-post.js';

export type UserErasures = ErasureJobs<ErasureJob>;

/** Erasures by what users could do themselves. */
export function erasureJobs(
  deps: {
    readonly database: Pick<Database, 'erasures' | 'friends'>;
    readonly writer: AppendWriter;
    readonly groups: GroupUsecases;
    readonly friends: FriendUsecases;
    readonly deletePost: DeletePost;
    readonly clock: Clock;
    readonly logger: Logger;
    readonly metrics: Registry;
  },
  { owner }: { readonly owner: string },
): UserErasures {
  const { database, writer, groups, friends, deletePost, clock, logger, metrics } = deps;
  const { erasures: rows } = database;
  const { leaveGroup, transferOwnership, dissolveGroup } = groups;
  const advance = new AdvanceErasure({
    rows,
    log: writer,
    contents: changeContents,
    told: toldContents,
    leaveGroup,
    transferOwnership,
    dissolveGroup,
    friends: database.friends,
    deleteFriend: friends.deleteFriend,
    deletePost,
  });
  return new ErasureJobs(
    {
      rows,
      advance: (job: ErasureJob) => advance.run(job),
      isDone: ({ phase }) => phase === 'done',
      clock,
      logger,
      registry: metrics,
    },
    { owner },
  );
}
