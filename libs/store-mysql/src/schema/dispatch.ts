import type { Generated } from 'kysely';

export interface DispatchTable {
  dispatch_id: string;
  owner: string;
  due_ms: number;
  attempts: Generated<number>;
  /** JSON text of a DispatchPayload. */
  payload: string;
}
