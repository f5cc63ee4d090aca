import type { Directory } from '@queqiao/directory';
import type { AppId } from '@queqiao/domain';
import type { Clock, Logger, Registry } from '@queqiao/runtime';
import type { Database } from '@queqiao/store-mysql';
import { changeContents, toldContents } from '../api/index.js';
import type { AppendWriter } from '../append/index.js';
import { ErasureJobs, type Delivery, type MomentJobs } from '../delivery/index.js';
import type { Apps } from '../usecase/app/ports.js';
import type { ChangeOptions } from '../usecase/change/ports.js';
import { AdvanceErasure, isAtRest } from '../usecase/erasure/advance-erasure.js';
import type { ErasureJob } from '../usecase/erasure/ports.js';
import { groupUsecases } from './groups.js';
import { momentUsecases } from './moments.js';
import { peopleUsecases } from './people.js';

export type UserErasures = ErasureJobs<AppId, ErasureJob>;

export interface ErasuresDeps {
  readonly database: Database;
  readonly directory: Pick<Directory, 'faceRooms'>;
  readonly apps: Apps;
  readonly writer: AppendWriter;
  readonly delivery: Delivery;
  readonly jobs: Pick<MomentJobs, 'nudge'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Registry;
}

/** Erasures by what users could do themselves. */
export function erasureJobs(given: ErasuresDeps, options: ChangeOptions): UserErasures {
  const deps = { ...given, apps: evenSuspended(given.apps) };
  const { database, writer: log, clock, logger, metrics: registry } = deps;
  const { erasures: rows, friends } = database;
  const { leaveGroup, transferOwnership, dissolveGroup } = groupUsecases(deps, options);
  const { deleteFriend } = peopleUsecases(deps, options).friends;
  const { deletePost } = momentUsecases(deps, options);
  const erasure = new AdvanceErasure({
    rows,
    log,
    contents: changeContents,
    told: toldContents,
    leaveGroup,
    transferOwnership,
    dissolveGroup,
    friends,
    deleteFriend,
    deletePost,
  });
  const step = (job: ErasureJob) => erasure.run(job);
  return new ErasureJobs({ rows, step, isAtRest, clock, logger, registry }, options);
}

/** Who has asked to be forgotten is, also while the app takes no calls. */
function evenSuspended(apps: Apps): Apps {
  return {
    async app(appId) {
      const app = await apps.app(appId);
      return app && { ...app, status: 'active' };
    },
  };
}
