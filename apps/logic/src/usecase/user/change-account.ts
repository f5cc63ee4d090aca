import type { UserContext } from '../caller.js';
import { actorOf, changeRequest, notice, settled } from '../change/change-request.js';
import type { ChangeOptions, CommitPusher } from '../change/ports.js';
import type { Account, AccountPlan, ProfileNotices, Users } from './ports.js';

export interface AccountChangeDeps {
  readonly users: Pick<Users, 'change'>;
  readonly notices: ProfileNotices;
  readonly push: CommitPusher;
}

/** Carries a change of the caller's own account out and pushes it; answers the account as it is then. */
export async function changeAccount(
  { users, notices, push }: AccountChangeDeps,
  options: ChangeOptions,
  context: UserContext,
  input: {
    readonly clientRequestId: string;
    readonly method: string;
    readonly patch: (account: Account) => AccountPlan<Account>['patch'];
  },
): Promise<Account> {
  const { appId, caller } = context;
  const request = changeRequest(context, input.clientRequestId, input.method);
  const work = { ...options, appId, request, userId: caller.userId };
  const outcome = await users.change(work, (before) => ({
    patch: input.patch(before),
    entry: (account) => notice(actorOf(caller), notices.profileChanged(account), { shown: false }),
    answer: (account) => account,
  }));
  return settled(push, outcome);
}
