import { DomainError, type UserId } from '@queqiao/domain';

import type { AppRules } from '../app/ports.js';
import type { CallContext, Caller } from '../caller.js';
import { actorOf, changeRequest, notice } from '../change/change-request.js';
import type { ChangeOptions } from '../change/ports.js';
import { changeGroup, type GroupChangeDeps, type GroupChangeInput } from './change-deps.js';
import { checkLength } from '../check-fields.js';
import { checkGroupUsers } from './check-group.js';
import { currentMembers, demand } from './group-rules.js';
import { readRules, sortByRule } from './invite-rules.js';
import { joinSteps } from './member-steps.js';
import { existOrAnswered, type UserLookup } from '../must-exist.js';
import type { GroupFacts, GroupPlan, GroupStep, InviteRules } from './ports.js';
import {
  applicationSteps,
  invitationsStep,
  newApplications,
  newInvitations,
  REQUEST_TEXT_MAX_LENGTH,
} from './request-steps.js';

/** Users for whom one call asks the admins: each is told in the feeds of all of them. */
export const GROUP_CALL_MAX_APPLICATIONS = 20;

export interface AddMembersInput extends GroupChangeInput {
  readonly userIds: readonly string[];
  readonly text?: string;
}

export interface AddMembersAnswer {
  readonly addedIds: UserId[];
  readonly invitedIds: UserId[];
  readonly appliedIds: UserId[];
}

const METHOD = 'AddMembers';

interface Bringing {
  readonly caller: Caller;
  readonly text: string;
  readonly answer: AddMembersAnswer;
}

/**
 * Brings users in, each at once, after asking, or once an admin has agreed; who is in already is passed over. Errors:
 * INVALID_ARGUMENT, NOT_FOUND, NOT_A_MEMBER, PERMISSION_DENIED, LIMIT_EXCEEDED, DISSOLVED.
 */
export class AddMembers {
  constructor(
    readonly deps: GroupChangeDeps & { readonly users: UserLookup; readonly invites: InviteRules },
    readonly options: ChangeOptions,
  ) {}

  async run(context: CallContext, input: AddMembersInput): Promise<AddMembersAnswer> {
    const { appId, caller } = context;
    const userIds = checkGroupUsers(input.userIds);
    const text = checkLength(input.text ?? '', REQUEST_TEXT_MAX_LENGTH, 'text');
    const fieldOf = (id: UserId) => `user_ids[${input.userIds.indexOf(id)}]`;
    const { users, groups } = this.deps;
    const request = changeRequest(context, input.clientRequestId, METHOD);
    const first = await existOrAnswered(
      { users, answers: groups },
      { appId, request },
      userIds,
      fieldOf,
    );
    if (first !== undefined) return first.answer as AddMembersAnswer;
    const invites = await readRules(this.deps.invites, context, userIds);
    return changeGroup(this.deps, this.options, context, input, {
      method: METHOD,
      userIds,
      withManagers: true,
      withRequests: true,
      withPending: true,
      decide: (facts, rules) => {
        const actor = demand('add-members', caller, facts);
        const present = new Set(currentMembers(facts, userIds).map(({ userId }) => userId));
        const newcomers = userIds.filter((id) => !present.has(id));
        const { atOnce, asked: invitedIds } = sortByRule(newcomers, invites, 'user_ids');
        const applies = actor === 'member' && facts.group.joinMode === 'approval';
        const answer = applies
          ? { addedIds: [], invitedIds, appliedIds: atOnce }
          : { addedIds: atOnce, invitedIds, appliedIds: [] };
        return this.#plan(facts, rules, { caller, text, answer });
      },
    });
  }

  #plan(facts: GroupFacts, rules: AppRules, bringing: Bringing): GroupPlan<AddMembersAnswer> {
    const { caller, answer } = bringing;
    const { addedIds } = answer;
    const inviterId = caller.kind === 'user' ? caller.userId : '';
    const words = this.deps.notices.joined(addedIds, 'invited', inviterId);
    const entry = notice(actorOf(caller), words);
    const joins = joinSteps(facts, addedIds, { inviterId, entry, rules });
    return { answer, steps: [...this.#requests(facts, rules, bringing), ...joins] };
  }

  /** Who was asked the same by the same, and who has applied already, is not told again. */
  #requests(facts: GroupFacts, rules: AppRules, { caller, text, answer }: Bringing): GroupStep[] {
    // Back ends ask nobody.
    if (caller.kind !== 'user') return [];
    const { notices } = this.deps;
    const inviterId = caller.userId;
    const invitees = answer.invitedIds.filter((id) => {
      const known = facts.invitations.get(id);
      const same = known?.inviterId === inviterId && known.text === text;
      return !same || known.state !== 'pending';
    });
    const asking = { inviterId, text, expiryMs: rules.requestExpiryMs };
    const invitations = newInvitations(facts, invitees, asking);
    const applicants = answer.appliedIds.filter(
      (id) => facts.applications.get(id)?.state !== 'pending',
    );
    if (applicants.length > GROUP_CALL_MAX_APPLICATIONS) {
      const message = `at most ${GROUP_CALL_MAX_APPLICATIONS} users for whom an admin has to decide`;
      throw new DomainError('LIMIT_EXCEEDED', message, { field: 'user_ids' });
    }
    const applications = newApplications(facts, applicants, { inviterId, text, rules });
    const actor = actorOf(caller);
    return [
      ...(invitations.length > 0 ? [invitationsStep(notices, actor, invitations)] : []),
      ...applicationSteps(notices, actor, facts, applications),
    ];
  }
}
