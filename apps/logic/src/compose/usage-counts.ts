import type { Clock, Logger, Registry } from '@queqiao/runtime';
import type { Database, UsageJob } from '@queqiao/store-mysql';
import { UsageJobs } from '../delivery/index.js';

/** The counting of what apps have. */
export function usageCounts(
  deps: {
    readonly database: Pick<Database, 'usage' | 'apps'>;
    readonly clock: Clock;
    readonly logger: Logger;
    readonly registry: Registry;
  },
  options: { readonly owner: string },
): UsageJobs<UsageJob> {
  const { database } = deps;
  // Not as this node remembers the app: a quota that was set just now is why it is counted.
  const hasQuota = async ({ appId }: UsageJob): Promise<boolean> => {
    const settings = (await database.apps.app(appId))?.settings;
    return [settings?.maxUsers, settings?.maxGroups, settings?.maxEntries].some(Boolean);
  };
  return new UsageJobs({ ...deps, rows: database.usage, hasQuota }, options);
}
