import type { AppId, UserId } from '@queqiao/domain';
import type { Generated } from 'kysely';

export interface BroadcastsTable {
  app_id: AppId;
  broadcast_id: string;
  sender: string;
  account_id: UserId;
  kind: string;
  content: Buffer;
  countable: number;
  /** 0: goes on; 1: done; 2: cancelled. */
  state: Generated<number>;
  total: number;
  done: Generated<number>;
  failed: Generated<number>;
  done_to: Generated<UserId | ''>;
  created_ms: number;
  started_ms: number | null;
  ended_ms: number | null;
  owner: Generated<string>;
  due_ms: number | null;
  attempts: Generated<number>;
}
