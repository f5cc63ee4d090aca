import type { Directory } from '@queqiao/directory';
import type { Clock, Logger, Registry } from '@queqiao/runtime';
import type { Database } from '@queqiao/store-mysql';
import { DEFAULT_APPEND_LIMITS, type AppendWriter } from '../append/index.js';
import type { LogicConfig } from '../config.js';
import {
  EventSequencer,
  LargeCrossings,
  MomentJobs,
  type Delivery,
  type EventBell,
} from '../delivery/index.js';
import type { ConnectLinkHub } from '../link/index.js';
import type { Apps } from '../usecase/app/ports.js';
import { AppPurge } from './app-purge.js';
import { createBroadcastJobs } from './broadcasts.js';
import type { Caches } from './caches.js';
import { DatabaseWatch } from './database-watch.js';
import { momentJobRows } from './moment-notices.js';
import { Pruning } from './pruning.js';
import { usageCounts } from './usage-counts.js';
import { webhookPump, type Outbound } from './webhooks.js';

export interface JobsBase {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registry: Registry;
  readonly bootId: string;
  readonly database: Database;
  readonly directory: Directory;
}

export interface JobsDeps {
  readonly hub: ConnectLinkHub;
  readonly delivery: Delivery;
  readonly bell: EventBell;
  readonly outbound: Outbound | undefined;
  readonly writer: AppendWriter;
  readonly caches: Pick<Caches, 'apps'>;
}

/** What runs beside the calls. */
export function createJobs(
  base: JobsBase,
  { profile, nodeId: owner }: LogicConfig,
  { hub, delivery, bell, outbound, writer, caches }: JobsDeps,
) {
  const { clock, logger, registry, bootId, database, directory } = base;
  const { large, events } = database;
  const demandDurability = profile === 'prod';
  const shared = { clock, logger, registry };
  const { dispatchDelayMs } = DEFAULT_APPEND_LIMITS;
  const jobs = momentJobRows({ database, delivery }, { owner, dispatchDelayMs });
  const apps: Apps = { app: (appId) => caches.apps.get(appId) };
  return {
    watch: new DatabaseWatch({ database, clock, logger }, { demandDurability }),
    pruning: new Pruning({ kinds: prunedKinds(base), ...shared }),
    crossings: new LargeCrossings({ rows: large, link: hub, routes: directory, ...shared }),
    momentJobs: new MomentJobs({ rows: jobs, ...shared }, { owner }),
    sequencer: new EventSequencer({ rows: events, bell, ...shared }),
    broadcastJobs: createBroadcastJobs({ ...base, writer, apps }, { owner }),
    usageJobs: usageCounts(base, { owner }),
    webhooks: webhookPump({ database, bell, ...shared }, outbound, { nodeId: owner, bootId }),
  };
}

/** What is removed when it is old. */
function prunedKinds({ database, clock }: JobsBase) {
  const { revocations, bans, requests, large, notices, events, admin, purge } = database;
  const { broadcasts, webhooks } = database;
  return {
    revocations,
    bans,
    requests,
    large_leaves: large,
    moment_notices: notices,
    events,
    webhook_dead_letters: webhooks,
    audit_log: admin,
    broadcasts,
    purge_steps: new AppPurge({ rows: purge, clock }),
  };
}
