import { sql, type Transaction } from 'kysely';
import { writeAudit } from '../admin/audit-log.js';
import type { AdminCall } from '../admin-types.js';
import { StoreError, TransientStoreError } from '../errors.js';
import type { LogRequest } from '../log-types.js';
import { findAnswer, storeAnswer } from '../log/requests.js';
import type { Schema } from '../schema/schema.js';
import { DATABASE_NOW, retrying, type StoreContext } from '../store-context.js';
import type { Revocation } from './revocation-types.js';

/** Longest from reading a revocation's time to its commit; one that took longer is written again before it is acknowledged. */
export const REVOCATION_MAX_WRITE_MS = 5_000;
const MAX_WRITES = 3;
const MAX_ROUNDS = 3;
const DUPLICATE_KEY = 1062;

export interface RevocationWork<T> {
  /** Null: the same when it is done twice, as a later time only covers more. */
  readonly request: LogRequest | null;
  /** Goes into the audit log, with whom it is about. */
  readonly audit: { readonly by: AdminCall; readonly target: string } | null;
  /**
   * Locks what is revoked and marks it; undefined when there is no such thing, and then nothing is written. Run again when the call
   * took too long, for connect nodes to see it.
   */
  readonly mark: (trx: Transaction<Schema>, nowMs: number) => Promise<T | undefined>;
}

/**
 * One revocation in one transaction, which connect nodes are told of. A repeated request gets the first answer and revokes nothing:
 * who signed in since stays. Resolves with undefined when there is nothing to revoke.
 */
export async function revoke<T>(
  context: StoreContext,
  who: Omit<Revocation, 'revokedMs'>,
  work: RevocationWork<T>,
): Promise<T | undefined> {
  const { clock } = context;
  let begunMs = clock.monotonic();
  const first = await inRounds(context, (trx) => attempt(trx, who, work));
  for (let write = 1; write <= MAX_WRITES; write += 1) {
    if (!first.written || clock.monotonic() - begunMs <= REVOCATION_MAX_WRITE_MS) {
      return first.answer;
    }
    if (write === MAX_WRITES) break;
    begunMs = clock.monotonic();
    await inRounds(context, (trx) => attempt(trx, who, { ...work, request: null }));
  }
  throw new TransientStoreError('revocations take too long to be seen in time');
}

/** A run that finds its own answer, because its commit was in doubt, counts as written: it may have been slow. */
async function inRounds<T>(
  context: StoreContext,
  run: (trx: Transaction<Schema>) => Promise<{ answer: T | undefined; written: boolean }>,
): Promise<{ answer: T | undefined; written: boolean }> {
  let runs = 0;
  for (let round = 1; ; round += 1) {
    try {
      return await retrying(context, async () => {
        runs += 1;
        const done = await context.kysely.transaction().execute(run);
        return { ...done, written: done.written || (runs > 1 && done.answer !== undefined) };
      });
    } catch (error) {
      // The same request wrote its answer meanwhile: now it is found.
      const met = error instanceof StoreError && error.errno === DUPLICATE_KEY;
      if (!met || round === MAX_ROUNDS) throw error;
    }
  }
}

async function attempt<T>(
  trx: Transaction<Schema>,
  who: Omit<Revocation, 'revokedMs'>,
  { request, audit, mark }: RevocationWork<T>,
): Promise<{ answer: T | undefined; written: boolean }> {
  const known = request === null ? undefined : await findAnswer(trx, who.appId, request);
  if (known !== undefined) return { answer: known.answer as T, written: false };
  const time = await sql<{ now_ms: number }>`SELECT ${DATABASE_NOW} AS now_ms`.execute(trx);
  const revokedMs = time.rows[0]?.now_ms ?? 0;
  const answer = await mark(trx, revokedMs);
  if (answer === undefined) return { answer, written: false };
  await tellNodes(trx, { ...who, revokedMs });
  if (audit !== null) {
    const { by, target } = audit;
    await writeAudit(trx, { ...by, appId: who.appId, target, outcome: 'OK', createdMs: revokedMs });
  }
  if (request !== null) await storeAnswer(trx, who.appId, request, answer);
  return { answer, written: true };
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
    })
    .execute();
}
