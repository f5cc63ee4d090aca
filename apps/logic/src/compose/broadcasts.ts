import type { Clock, Logger, Registry } from '@queqiao/runtime';
import type { Database } from '@queqiao/store-mysql';
import { serverBroadcastService, type AnyService } from '../api/index.js';
import { DirectHeads, type AppendWriter } from '../append/index.js';
import { BroadcastJobs, BroadcastSteps } from '../broadcast/index.js';
import type { Apps } from '../usecase/app/ports.js';
import { CancelBroadcast } from '../usecase/broadcast/cancel-broadcast.js';
import { GetBroadcast } from '../usecase/broadcast/get-broadcast.js';
import { ListBroadcasts } from '../usecase/broadcast/list-broadcasts.js';
import { StartBroadcast } from '../usecase/broadcast/start-broadcast.js';
import type { ChangeOptions } from '../usecase/change/ports.js';

export interface BroadcastDeps {
  readonly database: Pick<Database, 'broadcasts' | 'users'>;
  readonly apps: Apps;
  readonly broadcastJobs: Pick<BroadcastJobs, 'nudge'>;
}

export function broadcastService(
  { database: { broadcasts, users }, apps, broadcastJobs }: BroadcastDeps,
  options: ChangeOptions,
): AnyService {
  const onStarted = () => broadcastJobs.nudge();
  return serverBroadcastService({
    startBroadcast: new StartBroadcast({ apps, users, broadcasts, onStarted }, options),
    getBroadcast: new GetBroadcast({ broadcasts }),
    listBroadcasts: new ListBroadcasts({ broadcasts }),
    cancelBroadcast: new CancelBroadcast({ broadcasts }, options),
  });
}

export function createBroadcastJobs(
  deps: {
    readonly database: Pick<Database, 'broadcasts' | 'users' | 'conversations'>;
    readonly writer: AppendWriter;
    readonly apps: Apps;
    readonly clock: Clock;
    readonly logger: Logger;
    readonly registry: Registry;
  },
  options: { readonly owner: string },
): BroadcastJobs {
  const { database, writer: log } = deps;
  const { broadcasts: rows, users, conversations: inserts } = database;
  const chats = new DirectHeads({ users, inserts });
  const steps = new BroadcastSteps({ ...deps, rows, log, chats });
  return new BroadcastJobs({ ...deps, rows, steps }, options);
}
