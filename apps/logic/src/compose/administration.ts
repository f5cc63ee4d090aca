import { counterIn, type Clock, type Registry } from '@queqiao/runtime';
import type { Database } from '@queqiao/store-mysql';
import { operatorServices, type AnyService } from '../api/index.js';
import { BoundedRefusals } from '../usecase/admin/bounded-refusals.js';
import { ListAuditEntries } from '../usecase/admin/list-audit-entries.js';
import { ManageApps } from '../usecase/admin/manage-apps.js';
import { ManageCredentials } from '../usecase/admin/manage-credentials.js';
import { ManageKeys } from '../usecase/admin/manage-keys.js';
import type { Refusals } from '../usecase/admin/ports.js';
import { callsOf } from './calls.js';

/** What back ends were refused, for the audit log. */
export function backEndRefusals(
  { admin }: Pick<Database, 'admin'>,
  { clock, metrics }: { readonly clock: Clock; readonly metrics: Registry },
): Refusals {
  const dropped = counterIn(metrics, {
    name: 'queqiao_audit_dropped_refusals_total',
    help: 'Refused calls of back ends that the audit log has not got, because their app has enough of them in it',
  });
  const monotonic = () => clock.monotonic();
  return new BoundedRefusals(admin, { monotonic, onDropped: () => dropped.inc() });
}

/** The operators' services. */
export function administration(
  database: Pick<Database, 'admin' | 'whileWanted'>,
  clock: Clock,
): readonly AnyService[] {
  const call = callsOf(database);
  // Whether anybody waits or not, a refusal is recorded.
  const { admin: refusals } = database;
  return operatorServices({
    apps: call(({ admin, usage }) => new ManageApps({ apps: admin, usage, refusals })),
    keys: call(({ admin }) => new ManageKeys({ keys: admin, refusals, clock })),
    credentials: call(({ admin }) => new ManageCredentials({ credentials: admin, refusals })),
    listAuditEntries: call(({ admin }) => new ListAuditEntries({ audit: admin })),
  });
}
