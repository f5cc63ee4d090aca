import type { Clock } from '@queqiao/runtime';
import type { Database } from '@queqiao/store-mysql';
import { operatorServices, type AnyService } from '../api/index.js';
import { ListAuditEntries } from '../usecase/admin/list-audit-entries.js';
import { ManageApps } from '../usecase/admin/manage-apps.js';
import { ManageCredentials } from '../usecase/admin/manage-credentials.js';
import { ManageKeys } from '../usecase/admin/manage-keys.js';

/** The operators' services. */
export function administration(
  { admin, usage }: Pick<Database, 'admin' | 'usage'>,
  clock: Clock,
): readonly AnyService[] {
  return operatorServices({
    apps: new ManageApps({ apps: admin, usage }),
    keys: new ManageKeys({ keys: admin, clock }),
    credentials: new ManageCredentials({ credentials: admin }),
    listAuditEntries: new ListAuditEntries({ audit: admin }),
  });
}
