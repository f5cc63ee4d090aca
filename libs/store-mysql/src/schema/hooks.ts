import type { AppId } from '@queqiao/domain';
import type { Generated, JSONColumnType } from 'kysely';
import type { EarlierSecret } from '../outbound/signing-secrets.js';

export interface BeforeSendHooksTable {
  app_id: AppId;
  url: string;
  timeout_ms: number;
  on_failure: 'allow' | 'refuse';
  secret: Buffer;
  previous_secret: Buffer | null;
  previous_until_ms: Generated<number>;
  earlier_secrets: JSONColumnType<readonly EarlierSecret[]> | null;
  updated_ms: number;
  failures: number;
  last_failure_ms: number;
  last_error: string;
  last_recovery_ms: number;
}
