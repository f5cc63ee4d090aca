import type { Transaction } from 'kysely';
import { inAnyCase } from '../abandoned.js';
import { TransientStoreError } from '../errors.js';
import type { Schema } from '../schema/schema.js';
import type { StoreContext } from '../store-context.js';
import { answered, type AnsweredCall, type AnsweredWork } from './answered.js';
import type { Revocation } from './revocation-types.js';

/** Longest from reading a revocation's time to its commit; one that took longer is written again before it is acknowledged. */
export const REVOCATION_MAX_WRITE_MS = 5_000;
const MAX_WRITES = 3;

export interface RevocationWork<T> extends Pick<AnsweredCall, 'request' | 'audit' | 'signal'> {
  /**
   * Locks what is revoked and marks it; undefined when there is no such thing, and then nothing is written. Run again when the call
   * took too long, for connect nodes to see it.
   */
  readonly mark: AnsweredWork<T>;
}

/**
 * One revocation in one transaction, which connect nodes are told of. A repeated request gets the first answer and revokes nothing:
 * who signed in since stays. Resolves with undefined when there is nothing to revoke.
 */
export async function revoke<T>(
  context: StoreContext,
  who: Omit<Revocation, 'revokedMs'>,
  { mark, signal, ...call }: RevocationWork<T>,
): Promise<T | undefined> {
  const { clock } = context;
  const work: AnsweredWork<T> = async (trx, revokedMs) => {
    const answer = await mark(trx, revokedMs);
    if (answer !== undefined) await tellNodes(trx, { ...who, revokedMs });
    return answer;
  };
  let begunMs = clock.monotonic();
  const { appId } = who;
  const { answer, written } = await answered(context, { ...call, signal, appId }, work);
  for (let write = 1; write <= MAX_WRITES; write += 1) {
    if (!written || clock.monotonic() - begunMs <= REVOCATION_MAX_WRITE_MS) return answer;
    if (write === MAX_WRITES) break;
    begunMs = clock.monotonic();
    // Whether anybody waits or not: what is committed has to be seen.
    await answered(inAnyCase(context), { ...call, appId, request: null }, work);
  }
  throw new TransientStoreError('revocations take too long to be seen in time');
}

async function tellNodes(trx: Transaction<Schema>, row: Revocation): Promise<void> {
  await trx
    .insertInto('revocations')
    .ignore()
    .values({
      revoked_ms: row.revokedMs,
      app_id: row.appId,
      user_id: row.userId,
      device_id: row.deviceId ?? '',
      token_id: row.tokenId ?? '',
      banned: row.banned ? 1 : 0,
    })
    .execute();
}
