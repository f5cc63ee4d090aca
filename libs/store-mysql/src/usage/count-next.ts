import { HEAD_FLAGS } from '@queqiao/domain';
import { select, type StoreContext } from '../store-context.js';
import { USAGE_MAX_ROWS, type UsageJob } from '../usage-types.js';

/** The key is forced, as a shorter one would have to be sorted. */
export const COUNT_USERS_SQL = `
  SELECT COUNT(*) AS found, MAX(user_id) AS done_to FROM
  (SELECT user_id FROM users FORCE INDEX (PRIMARY) WHERE app_id = ? AND user_id > ?
  ORDER BY user_id LIMIT ${USAGE_MAX_ROWS}) page`;

export const COUNT_CONVERSATIONS_SQL = `
  SELECT COUNT(*) AS found, MAX(conversation_id) AS done_to, COALESCE(SUM(last_seq), 0) AS entry_count,
  COALESCE(SUM(conversation_id LIKE 'g:%' AND flags & ${HEAD_FLAGS.dissolved} = 0), 0) AS group_count FROM
  (SELECT conversation_id, last_seq, flags FROM conversations FORCE INDEX (PRIMARY)
  WHERE app_id = ? AND conversation_id > ? ORDER BY conversation_id LIMIT ${USAGE_MAX_ROWS}) page`;

interface Page {
  readonly found: number;
  readonly done_to: string | null;
  /** Sums are decimals, which come as text. */
  readonly entry_count?: number | string;
  readonly group_count?: number | string;
}

/** One page of users or of conversations. */
export async function countNext(
  context: StoreContext,
  job: UsageJob,
): Promise<{ job: UsageJob; isLast: boolean }> {
  const { appId, phase, doneTo } = job;
  const ofUsers = phase === 'users';
  const statement = ofUsers ? COUNT_USERS_SQL : COUNT_CONVERSATIONS_SQL;
  const [page] = await select<Page>(context, 'count_usage', statement, [appId, doneTo]);
  const found = page?.found ?? 0;
  const counted = {
    ...job,
    users: job.users + (ofUsers ? found : 0),
    groups: job.groups + Number(page?.group_count ?? 0),
    entries: job.entries + Number(page?.entry_count ?? 0),
  };
  if (found === USAGE_MAX_ROWS) {
    return { job: { ...counted, doneTo: page?.done_to ?? doneTo }, isLast: false };
  }
  return { job: { ...counted, phase: 'conversations', doneTo: '' }, isLast: !ofUsers };
}
