import { invalidArgument, parseUserId, type Sender } from '@queqiao/domain';

import { activeApp } from '../app/active-app.js';
import type { AppRules, Apps } from '../app/ports.js';
import type { UserContext } from '../caller.js';
import { actorOf, changeRequest, settled } from '../change/change-request.js';
import type { ChangeOptions, CommitPusher } from '../change/ports.js';
import { existOrAnswered, type FirstAnswers, type UserLookup } from '../must-exist.js';
import type { FriendFacts, FriendNotices, FriendPlan, Friends, FriendWork } from './ports.js';

export interface FriendChangeDeps {
  readonly apps: Apps;
  readonly users: UserLookup;
  readonly friends: Pick<Friends, 'change'>;
  readonly answers: FirstAnswers;
  readonly notices: FriendNotices;
  readonly push: CommitPusher;
}

/** What every change by one of the two is asked with. */
export interface FriendChangeInput {
  readonly clientRequestId: string;
  /** The other one. */
  readonly userId: string;
}

/** Who tells of a change, and in which words. */
export interface Telling {
  readonly notices: FriendNotices;
  readonly actor: Sender;
}

export interface FriendChange<T> extends Pick<
  FriendWork,
  'feeds' | 'chat' | 'withCounts' | 'withGone'
> {
  /** Name of the operation, for repeated requests. */
  readonly method: string;
  readonly decide: (facts: FriendFacts, telling: Telling, rules: AppRules) => FriendPlan<T>;
}

/**
 * Carries a change between the caller and another user out and pushes it. Errors common to all: INVALID_ARGUMENT, NOT_FOUND
 * (no such user).
 */
export async function changeFriends<T>(
  deps: FriendChangeDeps,
  options: ChangeOptions,
  context: UserContext,
  input: FriendChangeInput,
  change: FriendChange<T>,
): Promise<T> {
  const { appId, caller } = context;
  const { method, decide, ...locks } = change;
  const request = changeRequest(context, input.clientRequestId, method);
  const peerId = parseUserId(input.userId);
  if (peerId === caller.userId) throw invalidArgument('user_id', 'must be another user');
  const rules = await activeApp(deps.apps, appId);
  const first = await existOrAnswered(deps, { appId, request }, [peerId], () => 'user_id');
  if (first !== undefined) return first.answer as T;
  const telling = { notices: deps.notices, actor: actorOf(caller) };
  const work = { ...options, ...locks, appId, request, userId: caller.userId, peerId };
  const outcome = await deps.friends.change(work, (facts) => decide(facts, telling, rules));
  return settled(deps.push, outcome);
}
