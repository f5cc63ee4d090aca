import type { AppId } from '@queqiao/domain';

export interface RequestsTable {
  app_id: AppId;
  actor: string;
  request_id: string;
  method: string;
  /** JSON text. */
  answer: string;
  created_ms: number;
  /** Of what was asked; null: written by a version that did not keep it. */
  digest: Buffer | null;
}
