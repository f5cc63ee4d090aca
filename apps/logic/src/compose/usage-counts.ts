import type { Clock, Logger, Registry } from '@queqiao/runtime';
import type { Database, UsageJob } from '@queqiao/store-mysql';
import { UsageJobs } from '../delivery/index.js';
import type { Apps } from '../usecase/app/ports.js';

/** The counting of what apps have. */
export function usageCounts(
  deps: {
    readonly database: Pick<Database, 'usage'>;
    readonly apps: Apps;
    readonly clock: Clock;
    readonly logger: Logger;
    readonly registry: Registry;
  },
  options: { readonly owner: string },
): UsageJobs<UsageJob> {
  const { database, apps } = deps;
  const hasQuota = async ({ appId }: UsageJob): Promise<boolean> => {
    const settings = (await apps.app(appId))?.settings;
    return [settings?.maxUsers, settings?.maxGroups, settings?.maxEntries].some(Boolean);
  };
  return new UsageJobs({ ...deps, rows: database.usage, hasQuota }, options);
}
