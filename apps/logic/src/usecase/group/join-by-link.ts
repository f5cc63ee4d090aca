import {
  DomainError,
  groupConversationId,
  invalidArgument,
  type ConversationId,
  type GroupId,
} from '@queqiao/domain';

import type { UserContext } from '../caller.js';
import { actorOf, changeRequest, notice } from '../change/change-request.js';
import type { ChangeOptions } from '../change/ports.js';
import { changeGroup, type GroupChangeDeps } from './change-deps.js';
import { currentMembers, demand } from './group-rules.js';
import { joinSteps } from './member-steps.js';
import type { GroupStep } from './ports.js';
import type { JoinLink, JoinLinks } from './request-ports.js';

export interface JoinByLinkInput {
  readonly clientRequestId: string;
  readonly token: string;
}

export interface CameIn {
  readonly groupId: GroupId;
  readonly conversationId: ConversationId;
}

const METHOD = 'JoinByLink';

/**
 * Comes in by a link, whatever the group's join mode; its uses are counted under the group's lock. Being in already is no use
 * of it. Errors: INVALID_ARGUMENT, NOT_FOUND (also revoked, used up or expired ones), LIMIT_EXCEEDED, DISSOLVED.
 */
export class JoinByLink {
  constructor(
    readonly deps: GroupChangeDeps & { readonly links: JoinLinks },
    readonly options: ChangeOptions,
  ) {}

  async run(context: UserContext, { clientRequestId, token }: JoinByLinkInput): Promise<CameIn> {
    const { appId, caller } = context;
    const request = changeRequest(context, clientRequestId, METHOD);
    const found = await this.deps.links.joinLink(appId, checkToken(token));
    if (found === null) {
      // A link that was forgotten since: a repeated call is answered all the same.
      const first = await this.deps.groups.answered(appId, request);
      if (first !== undefined) return first.answer as CameIn;
      throw noSuchLink();
    }
    const { groupId } = found.link;
    const answer = { groupId, conversationId: groupConversationId(groupId) };
    return changeGroup(
      this.deps,
      this.options,
      context,
      { clientRequestId, groupId },
      {
        method: METHOD,
        link: token,
        decide: (facts, rules) => {
          if (facts.link === null || !isGood(facts.link, facts.nowMs)) throw noSuchLink();
          demand('enter', caller, facts);
          const userIds = [caller.userId];
          if (currentMembers(facts, userIds).length > 0) return { answer, steps: [] };
          const entry = notice(actorOf(caller), this.deps.notices.joined(userIds, 'link', ''));
          const use: GroupStep = { op: 'use-link', token };
          const joins = joinSteps(facts, userIds, { inviterId: '', entry, rules });
          return { answer, steps: [use, ...joins] };
        },
      },
    );
  }
}

/** Not revoked, not expired, not used up. */
export function isGood(link: JoinLink, nowMs: number): boolean {
  if (link.revoked || (link.maxUses > 0 && link.uses >= link.maxUses)) return false;
  return link.expiresMs === 0 || link.expiresMs > nowMs;
}

export function noSuchLink(): DomainError {
  return new DomainError('NOT_FOUND', 'the link leads nowhere', { field: 'token' });
}

/** Errors: INVALID_ARGUMENT. */
export function checkToken(token: string): string {
  if (/^[A-Za-z0-9_-]{1,64}$/.test(token)) return token;
  throw invalidArgument('token', 'is not a token of this server');
}
