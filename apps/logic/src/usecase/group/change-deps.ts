import { parseGroupId, type UserId } from '@queqiao/domain';

import { activeApp } from '../app/active-app.js';
import type { AppRules, Apps } from '../app/ports.js';
import type { CallContext } from '../caller.js';
import { changeRequest, settled } from '../change/change-request.js';
import type { ChangeOptions, CommitPusher } from '../change/ports.js';
import type { GroupFacts, GroupNotices, GroupPlan, Groups } from './ports.js';

/** One change of a group at a time. Rejects with UNAVAILABLE when too many wait already. */
export interface Turns {
  run<T>(group: string, work: () => Promise<T>): Promise<T>;
}

export interface GroupChangeDeps {
  readonly apps: Apps;
  readonly groups: Groups;
  readonly turns: Turns;
  readonly notices: GroupNotices;
  readonly push: CommitPusher;
}

/** What every change of a group is asked with. */
export interface GroupChangeInput {
  readonly clientRequestId: string;
  readonly groupId: string;
}

export interface GroupChange<T> {
  /** Name of the operation, for repeated requests. */
  readonly method: string;
  /** Whose rows the decision needs besides the caller's. */
  readonly userIds?: readonly UserId[];
  readonly withManagers?: boolean;
  /** Invitations and applications of those whose rows are asked for. */
  readonly withRequests?: boolean;
  /** How many applications wait. */
  readonly withPending?: boolean;
  readonly withGoodLinks?: boolean;
  /** Token of the link that the decision needs. */
  readonly link?: string;
  readonly decide: (facts: GroupFacts, rules: AppRules) => GroupPlan<T>;
}

/** Carries a change out under the group's lock and pushes it. */
export async function changeGroup<T>(
  { apps, groups, turns, push }: GroupChangeDeps,
  options: ChangeOptions,
  context: CallContext,
  input: GroupChangeInput,
  change: GroupChange<T>,
): Promise<T> {
  const { appId, caller } = context;
  const { method, userIds = [], decide, ...reads } = change;
  const request = changeRequest(context, input.clientRequestId, method);
  const groupId = parseGroupId(input.groupId);
  const rules = await activeApp(apps, appId);
  const own = caller.kind === 'user' ? [caller.userId] : [];
  const wanted = { ...reads, groupId, userIds: [...new Set([...own, ...userIds])] };
  const work = { ...options, appId, request, ...wanted };
  const outcome = await turns.run(`${appId}:${groupId}`, () =>
    groups.change(work, (facts) => decide(facts, rules)),
  );
  return settled(push, outcome);
}
