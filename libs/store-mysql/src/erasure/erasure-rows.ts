import type { AppId, UserId } from '@queqiao/domain';
import { DomainError } from '@queqiao/domain';
import type { Kysely, Selectable } from 'kysely';
import type { Erasure } from '../erasure-types.js';
import type { Schema } from '../schema/schema.js';
import type { ErasuresTable } from '../schema/user-state.js';

export function toErasure(row: Selectable<ErasuresTable>): Erasure {
  return {
    userId: row.user_id,
    keepMessages: row.keep_messages === 1,
    phase: row.phase,
    steps: row.steps,
    requestedMs: row.requested_ms,
    erasedMs: row.erased_ms,
  };
}

/** Ids of users who are erased, or are being, are nobody's again. Errors: ALREADY_EXISTS naming the field of the first one. */
export async function refuseErased(
  db: Kysely<Schema>,
  appId: AppId,
  users: readonly { readonly userId: UserId; readonly field?: string | undefined }[],
): Promise<void> {
  if (users.length === 0) return;
  const rows = await db
    .selectFrom('erasures')
    .select('user_id')
    .where('app_id', '=', appId)
    .where(
      'user_id',
      'in',
      users.map(({ userId }) => userId),
    )
    .execute();
  const erased = new Set(rows.map((row) => row.user_id));
  const first = users.find(({ userId }) => erased.has(userId));
  if (first === undefined) return;
  const field = `${first.field ?? ''}user_id`;
  throw new DomainError('ALREADY_EXISTS', 'the id was that of a user who was erased', { field });
}
