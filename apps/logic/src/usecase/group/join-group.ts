import { groupConversationId, parseGroupId, type ConversationId } from '@queqiao/domain';

import type { AppRules } from '../app/ports.js';
import type { UserContext } from '../caller.js';
import { actorOf, notice } from '../change/change-request.js';
import type { ChangeOptions } from '../change/ports.js';
import { changeGroup, type GroupChangeDeps, type GroupChangeInput } from './change-deps.js';
import { checkLength } from '../check-fields.js';
import { currentMembers, demand } from './group-rules.js';
import { joinSteps } from './member-steps.js';
import type { GroupFacts, GroupPlan } from './ports.js';
import type { Application } from './request-ports.js';
import { applicationSteps, newApplications, REQUEST_TEXT_MAX_LENGTH } from './request-steps.js';

export interface JoinGroupInput extends GroupChangeInput {
  readonly text: string;
}

export interface JoinGroupAnswer {
  readonly joined: boolean;
  /** Set when it has to be approved. */
  readonly application: Application | null;
  readonly conversationId: ConversationId;
}

/**
 * Comes into a public group where that is free, or applies. Being in already, or waiting already, changes nothing. Errors:
 * INVALID_ARGUMENT, NOT_FOUND, NOT_A_MEMBER (left a private group), PERMISSION_DENIED (invitation only), LIMIT_EXCEEDED,
 * DISSOLVED.
 */
export class JoinGroup {
  constructor(
    readonly deps: GroupChangeDeps,
    readonly options: ChangeOptions,
  ) {}

  async run(context: UserContext, input: JoinGroupInput): Promise<JoinGroupAnswer> {
    const { caller } = context;
    const text = checkLength(input.text, REQUEST_TEXT_MAX_LENGTH, 'text');
    const conversationId = groupConversationId(parseGroupId(input.groupId));
    const answer = { joined: true, application: null, conversationId };
    return changeGroup(this.deps, this.options, context, input, {
      method: 'JoinGroup',
      withManagers: true,
      withRequests: true,
      withPending: true,
      decide: (facts, rules) => {
        demand('join', caller, facts);
        if (currentMembers(facts, [caller.userId]).length > 0) return { answer, steps: [] };
        if (facts.group.joinMode === 'free') {
          return { answer, steps: this.#join(facts, rules, caller) };
        }
        return this.#apply(facts, caller, { ...answer, joined: false }, { text, rules });
      },
    });
  }

  #join(facts: GroupFacts, rules: AppRules, caller: UserContext['caller']) {
    const words = this.deps.notices.joined([caller.userId], 'free', '');
    const entry = notice(actorOf(caller), words);
    return joinSteps(facts, [caller.userId], { inviterId: '', entry, rules });
  }

  #apply(
    facts: GroupFacts,
    caller: UserContext['caller'],
    answer: JoinGroupAnswer,
    { text, rules }: { readonly text: string; readonly rules: AppRules },
  ): GroupPlan<JoinGroupAnswer> {
    const known = facts.applications.get(caller.userId);
    if (known?.state === 'pending') return { answer: { ...answer, application: known }, steps: [] };
    const made = newApplications(facts, [caller.userId], { inviterId: '', text, rules });
    const steps = applicationSteps(this.deps.notices, actorOf(caller), facts, made);
    return { answer: { ...answer, application: made[0] ?? null }, steps };
  }
}
