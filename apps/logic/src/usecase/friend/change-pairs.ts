import type { UserId } from '@queqiao/domain';

import { activeApp } from '../app/active-app.js';
import type { BusinessContext } from '../caller.js';
import { actorOf, changeRequest, settled } from '../change/change-request.js';
import type { ChangeOptions, RequestIds } from '../change/ports.js';
import { answeredBefore, noUser } from '../must-exist.js';
import type { FriendChange, FriendChangeDeps } from './change-deps.js';
import { checkPairs, pairRequestId, type UserPair } from './pairs.js';

export interface PairsInput {
  readonly clientRequestId: string;
  readonly pairs: readonly { readonly userA: string; readonly userB: string }[];
}

/**
 * A change of each pair by itself, one after the other, on the app's behalf. All users must exist before anything is changed;
 * a call that broke off is finished by repeating it.
 */
export async function changePairs<T>(
  deps: FriendChangeDeps & { readonly requests: RequestIds },
  options: ChangeOptions,
  context: BusinessContext,
  input: PairsInput,
  change: FriendChange<T> & {
    readonly each: (pair: UserPair, run: () => Promise<T>) => Promise<void>;
  },
): Promise<void> {
  const { appId, caller } = context;
  const { method, decide, each, ...locks } = change;
  const whole = changeRequest(context, input.clientRequestId, method);
  const pairs = checkPairs(input.pairs);
  const rules = await activeApp(deps.apps, appId);
  const users = new Set(pairs.flatMap(({ userA, userB }) => [userA, userB]));
  const existing = await deps.users.existing(appId, [...users]);
  const missing = [...users].find((id) => !existing.has(id));
  const refusal = missing === undefined ? null : noUser(missing, nameIn(input.pairs, missing));
  // A call that is repeated may name who was erased since.
  if (refusal) await answeredBefore(deps.answers, { appId, request: whole }, refusal);
  await deps.requests.claim(appId, whole);
  const telling = { notices: deps.notices, actor: actorOf(caller) };
  for (const pair of pairs) {
    const requestId = pairRequestId(input.clientRequestId, pair);
    const request = changeRequest(context, requestId, method);
    const work = { ...options, ...locks, appId, request, ...sides(pair) };
    await each(pair, async () => {
      if (refusal && !(existing.has(pair.userA) && existing.has(pair.userB))) {
        return (await answeredBefore(deps.answers, work, refusal)).answer as T;
      }
      const outcome = await deps.friends.change(work, (facts) => decide(facts, telling, rules));
      return settled(deps.push, outcome);
    });
  }
}

/** Where the request names a user first. */
function nameIn(pairs: PairsInput['pairs'], userId: UserId): string {
  const index = pairs.findIndex(({ userA, userB }) => userA === userId || userB === userId);
  return `pairs[${index}].${pairs[index]?.userA === userId ? 'user_a' : 'user_b'}`;
}

function sides({ userA, userB }: UserPair): { userId: UserId; peerId: UserId } {
  return { userId: userA, peerId: userB };
}
