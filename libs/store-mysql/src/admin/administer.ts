import { DomainError, type AppId } from '@queqiao/domain';
import { sql, type Selectable, type Transaction } from 'kysely';
import { inAnyCase, whileWanted } from '../abandoned.js';
import type { AdminChangeCall } from '../admin-types.js';
import { REVOCATION_MAX_WRITE_MS } from '../account/revoke.js';
import { StoreError, TransientStoreError } from '../errors.js';
import { findAnswer, storeAnswer } from '../log/requests.js';
import type { AppsTable } from '../schema/apps.js';
import type { Schema } from '../schema/schema.js';
import { DATABASE_NOW, retrying, type StoreContext } from '../store-context.js';
import { writeAudit } from './audit-log.js';

const DUPLICATE_KEY = 1062;
/** Runs of one call of which each met a row that another one wrote meanwhile. */
const MAX_ROUNDS = 3;
const MAX_REVOKES = 3;
/** Those of one app, which are one caller. */
const BACK_ENDS = { kind: 'system', id: '' } as const;

export type AppRow = Selectable<AppsTable>;

export interface AdminTransaction {
  readonly trx: Transaction<Schema>;
  readonly appId: AppId;
  /** Locked, unless there is none. Deleted ones are here too. */
  readonly row: AppRow | undefined;
  /** By the database's clock, read in this transaction. */
  readonly nowMs: number;
}

export interface AdminChange<T> {
  readonly answer: T;
  /** For the audit log. */
  readonly target?: string;
}

export interface AdminWork<T> {
  readonly change: (tx: AdminTransaction) => Promise<AdminChange<T>>;
  /**
   * Writes what connect nodes are told of, after the change. Run again when the call took so long that they may have missed it,
   * and harmless then, whatever has happened since.
   */
  readonly revoke?: (tx: AdminTransaction) => Promise<void>;
}

/**
 * One call in one transaction: the app's row is locked, so that calls about one app follow each other; what was answered before
 * is answered again. The work must do the same when it is run again, and is undone when nobody waits for the answer any more.
 */
export async function administer<T>(
  context: StoreContext,
  call: AdminChangeCall,
  appId: AppId,
  work: AdminWork<T>,
): Promise<T> {
  const begunMs = context.clock.monotonic();
  const wanted = whileWanted(context, call.signal);
  const answer = await inRounds(() => retrying(wanted, () => attempt(wanted, call, appId, work)));
  const { revoke } = work;
  if (revoke && context.clock.monotonic() - begunMs > REVOCATION_MAX_WRITE_MS) {
    await revokeInTime(inAnyCase(context), appId, revoke);
  }
  return answer;
}

async function inRounds<T>(run: () => Promise<T>): Promise<T> {
  for (let round = 1; ; round += 1) {
    try {
      return await run();
    } catch (error) {
      // Somebody else wrote a row that this run did not see: now it does.
      const met = error instanceof StoreError && error.errno === DUPLICATE_KEY;
      if (!met || round === MAX_ROUNDS) throw error;
    }
  }
}

async function attempt<T>(
  context: StoreContext,
  call: AdminChangeCall,
  appId: AppId,
  { change, revoke }: AdminWork<T>,
): Promise<T> {
  const { method, digest, clientRequestId: requestId } = call;
  // Whoever holds an operator's secret, or a credential of the app: it may have been changed between a call and its repetition.
  const actor = call.actor.kind === 'operator' ? 'operator' : BACK_ENDS;
  const request = { actor, method, digest, requestId } as const;
  return context.kysely.transaction().execute(async (trx) => {
    const tx = await begin(trx, appId);
    const first = await findAnswer(trx, appId, request);
    if (first !== undefined) return first.answer as T;
    const { answer, target = '' } = await change(tx);
    await revoke?.(tx);
    await writeAudit(trx, { ...call, appId, target, outcome: 'OK', createdMs: tx.nowMs });
    await storeAnswer(trx, appId, request, answer);
    return answer;
  });
}

async function begin(trx: Transaction<Schema>, appId: AppId): Promise<AdminTransaction> {
  const row = await trx
    .selectFrom('apps')
    .selectAll()
    .where('app_id', '=', appId)
    .forUpdate()
    .executeTakeFirst();
  // After the lock, for which this may have waited.
  const time = await sql<{ now_ms: number }>`SELECT ${DATABASE_NOW} AS now_ms`.execute(trx);
  return { trx, appId, row, nowMs: time.rows[0]?.now_ms ?? 0 };
}

async function revokeInTime(
  context: StoreContext,
  appId: AppId,
  revoke: NonNullable<AdminWork<unknown>['revoke']>,
): Promise<void> {
  const { clock } = context;
  for (let write = 1; write <= MAX_REVOKES; write += 1) {
    const begunMs = clock.monotonic();
    await retrying(context, () =>
      context.kysely.transaction().execute(async (trx) => revoke(await begin(trx, appId))),
    );
    if (clock.monotonic() - begunMs <= REVOCATION_MAX_WRITE_MS) return;
  }
  throw new TransientStoreError('revocations take too long to be seen in time');
}

/** The app of the call. Errors: NOT_FOUND. */
export function existing({ row }: AdminTransaction): AppRow {
  if (row !== undefined && row.status !== 'deleted') return row;
  throw noSuch('app', 'app_id');
}

export function noSuch(what: string, field: string): DomainError {
  return new DomainError('NOT_FOUND', `there is no such ${what}`, { field });
}
