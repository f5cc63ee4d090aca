import { selfConversationId, type ConversationId, type UserId } from '@queqiao/domain';
import type { UpsertWork, UserAccount, UserUpsert } from '../account-types.js';
import { refuseErased } from '../erasure/erasure-rows.js';
import { StoreDefect } from '../errors.js';
import type { LogEntry, LogOutcome } from '../log-types.js';
import { inLog } from '../log/in-log.js';
import type { LogTransaction } from '../log/log-transaction.js';
import { DATABASE_NOW, type StoreContext } from '../store-context.js';
import { patched } from './account-rows.js';
import { stamped } from './change-account.js';
import { lockAccounts, writeAccounts, type AccountChange } from './write-accounts.js';

export interface UpsertCounts {
  readonly created: number;
  readonly updated: number;
}

/** Thrown when users are found changed whose feeds are not locked: the work runs again with them. */
class FeedsNeeded extends Error {
  override readonly name = 'FeedsNeeded';

  constructor(readonly feeds: readonly ConversationId[]) {
    super('feeds are not locked');
  }
}

/**
 * One transaction. Users that exist and change are told in their feeds; new ones have nobody to tell. Feeds are locked before
 * rows, so the first run, which learns who changes, is undone when somebody does.
 */
export async function upsertUsers(
  context: StoreContext,
  work: UpsertWork,
  users: readonly UserUpsert[],
  entryOf: (account: UserAccount) => LogEntry,
): Promise<LogOutcome<UpsertCounts>> {
  const lines = mergeByUser(users);
  const feeds = new Set<ConversationId>();
  for (;;) {
    try {
      const input = { ...work, request: work.request ?? null, heads: [...feeds] };
      return await inLog(context, input, (tx) => upsert(tx, lines, entryOf, work.admit));
    } catch (error) {
      // Users never vanish, so each round knows more of them.
      if (!(error instanceof FeedsNeeded)) throw error;
      for (const feed of error.feeds) feeds.add(feed);
    }
  }
}

async function upsert(
  tx: LogTransaction,
  lines: readonly UserUpsert[],
  entryOf: (account: UserAccount) => LogEntry,
  admit: UpsertWork['admit'],
): Promise<UpsertCounts> {
  const ids = lines.map(({ userId }) => userId);
  await refuseErased(tx.trx, tx.appId, lines);
  const known = await findIds(tx, ids);
  const strangers = ids.filter((id) => !known.has(id));
  if (strangers.length > 0) admit?.(strangers.length);
  const created = await create(tx, strangers);
  const accounts = await lockAccounts(tx.trx, tx.appId, ids);
  // Whose erasure has come to its end since: under the locks nobody else vanishes.
  if (accounts.size < ids.length) await refuseErased(tx.trx, tx.appId, lines);
  const changes = lines.flatMap((line) => changeOf(line, accounts.get(line.userId)));
  const told = changes.filter(({ after }) => known.has(after.profile.userId));
  const feeds = told.map(({ after }) => selfConversationId(after.profile.userId));
  const missing = feeds.filter((feed) => tx.head(feed) === null);
  if (missing.length > 0) throw new FeedsNeeded(missing);
  const written = changes.map((change) => {
    const nowMs = known.has(change.after.profile.userId) ? tx.nowMs : 0;
    return { ...change, after: stamped(change.after, nowMs) };
  });
  await writeAccounts(tx, written);
  for (const { after } of written) {
    const { userId } = after.profile;
    if (known.has(userId)) tx.append(selfConversationId(userId), entryOf(after));
  }
  return { created, updated: lines.length - created };
}

function changeOf(line: UserUpsert, before: UserAccount | undefined): AccountChange[] {
  if (before === undefined) throw new StoreDefect('a user that was made is not there');
  const after = patched(before, line);
  return after === null ? [] : [{ before, after, handleField: `${line.field ?? ''}handle` }];
}

async function findIds({ trx, appId }: LogTransaction, ids: readonly UserId[]) {
  if (ids.length === 0) return new Set<UserId>();
  const rows = await trx
    .selectFrom('users')
    .select('user_id')
    .where('app_id', '=', appId)
    .where('user_id', 'in', ids)
    .execute();
  return new Set(rows.map((row) => row.user_id));
}

/** How many of them were not made by somebody else in the meantime. */
async function create({ trx, appId }: LogTransaction, ids: readonly UserId[]): Promise<number> {
  if (ids.length === 0) return 0;
  const times = { created_ms: DATABASE_NOW, updated_ms: DATABASE_NOW };
  const result = await trx
    .insertInto('users')
    .ignore()
    .values(ids.map((user_id) => ({ app_id: appId, user_id, ...times })))
    .executeTakeFirstOrThrow();
  return Number(result.numInsertedOrUpdatedRows ?? 0n);
}

/** One line per user in the order of ids, which is the order in which rows are locked; the last that sets a field wins. */
function mergeByUser(users: readonly UserUpsert[]): UserUpsert[] {
  const merged = new Map<UserId, UserUpsert>();
  for (const line of users) {
    const set = Object.entries(line).filter(([, value]) => value !== undefined);
    merged.set(line.userId, {
      ...merged.get(line.userId),
      ...Object.fromEntries(set),
    } as UserUpsert);
  }
  return [...merged.values()].sort((a, b) => (a.userId < b.userId ? -1 : 1));
}
