import type { AppId, ErrorCode } from '@queqiao/domain';
import type { Generated } from 'kysely';

export interface AuditLogTable {
  audit_number: Generated<number>;
  created_ms: number;
  actor_kind: 'operator' | 'credential';
  actor_id: string;
  method: string;
  /** Empty when a refused call named none that could be. */
  app_id: AppId;
  target: string;
  request_id: string;
  outcome: ErrorCode | 'OK';
}
