import { DomainError, parseUserId, type UserId } from '@queqiao/domain';

import type { AppRules } from '../app/ports.js';
import type { UserContext } from '../caller.js';
import { actorOf, notice } from '../change/change-request.js';
import type { ChangeOptions } from '../change/ports.js';
import { changeGroup, type GroupChangeDeps, type GroupChangeInput } from './change-deps.js';
import { checkLength } from '../check-fields.js';
import { currentMembers, demand } from './group-rules.js';
import { joinSteps } from './member-steps.js';
import type { GroupFacts, GroupStep } from './ports.js';
import type { Application } from './request-ports.js';
import { applicationSteps, REQUEST_TEXT_MAX_LENGTH } from './request-steps.js';

export interface HandleApplicationInput extends GroupChangeInput {
  /** The applicant. */
  readonly userId: string;
  readonly accept: boolean;
  readonly answer: string;
}

/**
 * Lets an applicant in, or does not. Errors: INVALID_ARGUMENT, NOT_FOUND (the group, the application), NOT_A_MEMBER,
 * PERMISSION_DENIED, CONFLICT (it does not wait any more), LIMIT_EXCEEDED, DISSOLVED.
 */
export class HandleApplication {
  constructor(
    readonly deps: GroupChangeDeps,
    readonly options: ChangeOptions,
  ) {}

  async run(context: UserContext, input: HandleApplicationInput): Promise<Application> {
    const { caller } = context;
    const userId = parseUserId(input.userId);
    const words = checkLength(input.answer, REQUEST_TEXT_MAX_LENGTH, 'answer');
    return changeGroup(this.deps, this.options, context, input, {
      method: 'HandleApplication',
      userIds: [userId],
      withManagers: true,
      withRequests: true,
      decide: (facts, rules) => {
        demand('handle-application', caller, facts);
        const pending = pendingApplication(facts, userId, 'user_id', noSuchApplication);
        const handled = { handledBy: caller.userId, answer: words, updatedMs: facts.nowMs };
        const state = input.accept ? 'accepted' : 'rejected';
        const answer = { ...pending, state, ...handled } as const;
        const told = applicationSteps(this.deps.notices, actorOf(caller), facts, [answer]);
        const joins = input.accept ? this.#letIn(facts, rules, pending, caller) : [];
        return { answer, steps: [...told, ...joins] };
      },
    });
  }

  #letIn(
    facts: GroupFacts,
    rules: AppRules,
    { userId, inviterId }: Application,
    caller: UserContext['caller'],
  ): GroupStep[] {
    if (currentMembers(facts, [userId]).length > 0) return [];
    const words = this.deps.notices.joined([userId], 'applied', inviterId);
    const entry = notice(actorOf(caller), words);
    return joinSteps(facts, [userId], { inviterId, entry, rules });
  }
}

/** Throws what `missing` makes, or CONFLICT naming the field for one that was handled or taken back. */
export function pendingApplication(
  { applications }: GroupFacts,
  userId: UserId,
  field: string,
  missing: () => DomainError,
): Application {
  const application = applications.get(userId);
  if (application === undefined) throw missing();
  if (application.state === 'pending') return application;
  throw new DomainError('CONFLICT', 'the application does not wait any more', { field });
}

function noSuchApplication(): DomainError {
  return new DomainError('NOT_FOUND', 'there is no such application', { field: 'user_id' });
}
