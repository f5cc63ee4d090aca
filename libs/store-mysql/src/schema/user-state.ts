import type { AppId, UserId } from '@queqiao/domain';
import type { Generated } from 'kysely';
import type { ErasurePhase } from '../erasure-types.js';

export interface RevokedTokensTable {
  app_id: AppId;
  user_id: UserId;
  token_id: string;
  revoked_ms: number;
  kept_until_ms: number;
}

export interface ErasuresTable {
  app_id: AppId;
  user_id: UserId;
  keep_messages: number;
  phase: ErasurePhase;
  done_to: Generated<string>;
  steps: Generated<number>;
  requested_ms: number;
  erased_ms: Generated<number>;
  owner: Generated<string>;
  due_ms: number | null;
  attempts: Generated<number>;
  version: Generated<number>;
}

export interface BansTable {
  app_id: AppId;
  user_id: UserId;
  /** For ever: 2^53 - 1. */
  until_ms: number;
  reason: Generated<string>;
  banned_ms: number;
}
