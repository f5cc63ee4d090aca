import { DomainError, selfConversationId, type UserId } from '@queqiao/domain';
import type { AccountPlan, UserAccount } from '../account-types.js';
import type { LogOutcome, LogWork } from '../log-types.js';
import { inLog } from '../log/in-log.js';
import type { StoreContext } from '../store-context.js';
import { patched } from './account-rows.js';
import { lockAccounts, writeAccounts } from './write-accounts.js';

/** One change of one user, told in the user's self feed. */
export function changeAccount<T>(
  context: StoreContext,
  input: LogWork & { readonly userId: UserId },
  decide: (account: UserAccount) => AccountPlan<T>,
): Promise<LogOutcome<T>> {
  const { userId } = input;
  const feed = selfConversationId(userId);
  return inLog(context, { ...input, heads: [feed] }, async (tx) => {
    const before = (await lockAccounts(tx.trx, tx.appId, [userId])).get(userId);
    if (before === undefined) {
      throw new DomainError('NOT_FOUND', 'there is no such user', { field: 'user_id' });
    }
    const { patch, entry, answer } = decide(before);
    const wanted = patched(before, patch);
    if (wanted === null) return answer(before);
    const after = stamped(wanted, tx.nowMs);
    await writeAccounts(tx, [{ before, after, handleField: 'handle' }]);
    tx.append(feed, entry(after));
    return answer(after);
  });
}

/** Later than the state before, also within one millisecond: of two copies the later is newer. */
export function stamped(account: UserAccount, nowMs: number): UserAccount {
  const { profile } = account;
  return { ...account, profile: { ...profile, updatedMs: Math.max(nowMs, profile.updatedMs + 1) } };
}
