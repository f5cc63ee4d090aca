import { DomainError, judgeGroup, type UserId } from '@queqiao/domain';

import type { AppRules } from '../app/ports.js';
import type { UserContext } from '../caller.js';
import { actorOf, notice } from '../change/change-request.js';
import type { ChangeOptions } from '../change/ports.js';
import { changeGroup, type GroupChangeDeps, type GroupChangeInput } from './change-deps.js';
import { actorIn, currentMembers, demand, noSuchGroup } from './group-rules.js';
import { joinSteps } from './member-steps.js';
import type { GroupFacts, GroupPlan } from './ports.js';
import type { Application, Invitation } from './request-ports.js';
import { applicationSteps, invitationsStep, newApplications } from './request-steps.js';

export interface AnswerInvitationInput extends GroupChangeInput {
  readonly accept: boolean;
}

export interface AnswerInvitationAnswer {
  readonly invitation: Invitation;
  readonly joined: boolean;
  /** Set when an admin has to let the caller in. */
  readonly application: Application | null;
}

/**
 * Comes in as invited, or does not. What an ordinary member asked for in a group with approval becomes an application. Errors:
 * INVALID_ARGUMENT, NOT_FOUND, CONFLICT (no longer pending), PERMISSION_DENIED (the inviter may bring nobody in any more),
 * LIMIT_EXCEEDED, DISSOLVED.
 */
export class AnswerInvitation {
  constructor(
    readonly deps: GroupChangeDeps,
    readonly options: ChangeOptions,
  ) {}

  async run(context: UserContext, input: AnswerInvitationInput): Promise<AnswerInvitationAnswer> {
    const { caller } = context;
    return changeGroup(this.deps, this.options, context, input, {
      method: 'AnswerInvitation',
      withManagers: true,
      withRequests: true,
      withPending: true,
      decide: (facts, rules) => {
        const pending = pendingInvitation(facts, caller.userId);
        const state = input.accept ? 'accepted' : 'rejected';
        const invitation = { ...pending, state, read: true, updatedMs: facts.nowMs } as const;
        const told = invitationsStep(this.deps.notices, actorOf(caller), [invitation]);
        const answer = { invitation, joined: false, application: null };
        if (!input.accept) return { answer, steps: [told] };
        demand('enter', caller, facts);
        const coming = this.#comeIn(facts, rules, invitation);
        return { answer: { ...answer, ...coming.answer }, steps: [told, ...coming.steps] };
      },
    });
  }

  #comeIn(
    facts: GroupFacts,
    rules: AppRules,
    { userId, inviterId, text }: Invitation,
  ): GroupPlan<Omit<AnswerInvitationAnswer, 'invitation'>> {
    const here = { joined: true, application: null };
    if (currentMembers(facts, [userId]).length > 0) return { answer: here, steps: [] };
    const { notices } = this.deps;
    const actor = { kind: 'user', id: userId } as const;
    if (invitersRole(facts, inviterId) === 'member' && facts.group.joinMode === 'approval') {
      const known = facts.applications.get(userId);
      const waits = { joined: false, application: known ?? null };
      if (known?.state === 'pending') return { answer: waits, steps: [] };
      const made = newApplications(facts, [userId], { inviterId, text, rules });
      const steps = applicationSteps(notices, actor, facts, made);
      return { answer: { ...waits, application: made[0] ?? null }, steps };
    }
    const entry = notice(actor, notices.joined([userId], 'invited', inviterId));
    return { answer: here, steps: joinSteps(facts, [userId], { inviterId, entry, rules }) };
  }
}

/** An invitation is good while who gave it may still bring others in. */
function invitersRole(facts: GroupFacts, inviterId: UserId) {
  const actor = actorIn(facts, inviterId);
  if (judgeGroup('add-members', actor, facts.group) === 'yes') return actor;
  throw new DomainError('PERMISSION_DENIED', 'the inviter may bring nobody in any more', {
    field: 'group_id',
  });
}

function pendingInvitation({ invitations }: GroupFacts, userId: UserId): Invitation {
  const invitation = invitations.get(userId);
  if (invitation === undefined) throw noSuchGroup();
  if (invitation.state === 'pending') return invitation;
  throw new DomainError('CONFLICT', 'the invitation does not wait any more', { field: 'group_id' });
}
