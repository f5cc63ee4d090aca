import type { AppId } from '@queqiao/domain';
import type { Generated } from 'kysely';

export interface BeforeSendHooksTable {
  app_id: AppId;
  url: string;
  timeout_ms: number;
  on_failure: 'allow' | 'refuse';
  secret: Buffer;
  previous_secret: Buffer | null;
  previous_until_ms: Generated<number>;
  updated_ms: number;
}
