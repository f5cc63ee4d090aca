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
import { callsOf } from './calls.js';

export interface BroadcastDeps {
  readonly database: Pick<Database, 'whileWanted'>;
  readonly apps: Apps;
  readonly broadcastJobs: Pick<BroadcastJobs, 'nudge'>;
}

export function broadcastService(
  { database, apps, broadcastJobs }: BroadcastDeps,
  options: ChangeOptions,
): AnyService {
  const call = callsOf(database);
  const onStarted = () => broadcastJobs.nudge();
  return serverBroadcastService({
    startBroadcast: call((stores) => new StartBroadcast({ ...stores, apps, onStarted }, options)),
    getBroadcast: call((stores) => new GetBroadcast({ broadcasts: stores.broadcasts })),
    listBroadcasts: call((stores) => new ListBroadcasts({ broadcasts: stores.broadcasts })),
    cancelBroadcast: call(({ broadcasts }) => new CancelBroadcast({ broadcasts }, options)),
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
