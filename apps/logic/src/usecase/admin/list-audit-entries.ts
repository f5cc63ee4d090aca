import { parseAppId } from '@queqiao/domain';

import type { OperatorContext } from '../caller.js';
import { decodePage, encodePage, pageLimit } from '../paging.js';
import type { AuditEntry, AuditLog } from './ports.js';

export const AUDIT_LIMIT_DEFAULT = 100;
export const AUDIT_LIMIT_MAX = 500;

/** The newest first, of one app or of all. Errors: INVALID_ARGUMENT, UNAVAILABLE. */
export class ListAuditEntries {
  constructor(readonly deps: { readonly audit: AuditLog }) {}

  async run(
    _context: OperatorContext,
    input: { readonly appId: string; readonly pageToken: string; readonly limit: number },
  ): Promise<{ entries: AuditEntry[]; nextPageToken: string }> {
    const bounds = { byDefault: AUDIT_LIMIT_DEFAULT, max: AUDIT_LIMIT_MAX };
    const limit = pageLimit(input.limit, bounds);
    const appId = input.appId === '' ? null : parseAppId(input.appId);
    const [beforeId = null] = decodePage(input.pageToken, ['number']) ?? [];
    const entries = await this.deps.audit.auditEntries({ appId, beforeId, limit });
    const last = entries.length < limit ? undefined : entries.at(-1)?.auditNumber;
    return { entries, nextPageToken: last === undefined ? '' : encodePage([last]) };
  }
}
