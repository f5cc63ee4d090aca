import type { AppId } from '@queqiao/domain';
import { sql, type Transaction } from 'kysely';
import { whileWanted, type Abandonment } from '../abandoned.js';
import { writeAudit } from '../admin/audit-log.js';
import type { AdminCall } from '../admin-types.js';
import { StoreError } from '../errors.js';
import type { LogRequest } from '../log-types.js';
import { findAnswer, storeAnswer } from '../log/requests.js';
import type { Schema } from '../schema/schema.js';
import { DATABASE_NOW, retrying, type StoreContext } from '../store-context.js';

/** Runs of one call that met the same call under way. */
const MAX_ROUNDS = 3;
const DUPLICATE_KEY = 1062;

export interface AnsweredCall {
  readonly appId: AppId;
  /** Null: the same when it is done twice. */
  readonly request: LogRequest | null;
  /** Goes into the audit log, with whom it is about. */
  readonly audit: { readonly by: AdminCall; readonly target: string } | null;
  /** Of a call without a request; one that has a request brings it there. */
  readonly signal?: Abandonment | undefined;
}

export interface Answered<T> {
  readonly answer: T | undefined;
  /** By this call, perhaps by a run of it whose commit was in doubt. */
  readonly written: boolean;
}

/** Undefined: nothing was to be done, and nothing was written. */
export type AnsweredWork<T> = (trx: Transaction<Schema>, nowMs: number) => Promise<T | undefined>;

/**
 * One change in one transaction with its entry in the audit log and its answer; a repeated request gets the first answer. The work
 * must do the same when it is run again, and is undone when nobody waits for the answer any more. `nowMs` is the database's.
 */
export async function answered<T>(
  store: StoreContext,
  call: AnsweredCall,
  work: AnsweredWork<T>,
): Promise<Answered<T>> {
  const context = whileWanted(store, call.request?.signal ?? call.signal);
  let runs = 0;
  for (let round = 1; ; round += 1) {
    try {
      return await retrying(context, async () => {
        runs += 1;
        const done = await context.kysely.transaction().execute((trx) => attempt(trx, call, work));
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
  { appId, request, audit }: AnsweredCall,
  work: AnsweredWork<T>,
): Promise<Answered<T>> {
  const known = request === null ? undefined : await findAnswer(trx, appId, request);
  if (known !== undefined) return { answer: known.answer as T, written: false };
  const time = await sql<{ now_ms: number }>`SELECT ${DATABASE_NOW} AS now_ms`.execute(trx);
  const nowMs = time.rows[0]?.now_ms ?? 0;
  const answer = await work(trx, nowMs);
  if (answer === undefined) return { answer, written: false };
  if (audit !== null) {
    const { by, target } = audit;
    await writeAudit(trx, { ...by, appId, target, outcome: 'OK', createdMs: nowMs });
  }
  if (request !== null) await storeAnswer(trx, appId, request, answer);
  return { answer, written: true };
}
