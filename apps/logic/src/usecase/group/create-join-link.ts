import { DomainError, invalidArgument } from '@queqiao/domain';

import type { UserContext } from '../caller.js';
import type { ChangeOptions } from '../change/ports.js';
import { changeGroup, type GroupChangeDeps, type GroupChangeInput } from './change-deps.js';
import { demand } from './group-rules.js';
import type { JoinLink } from './request-ports.js';

/** Links of one group that are good at a time. */
export const MAX_GOOD_LINKS = 100;
/** 365 days. */
export const LINK_MAX_LIFETIME_MS = 31_536_000_000;
export const LINK_MAX_USES = 1_000_000;

export interface CreateJoinLinkInput extends GroupChangeInput {
  /** 0: never ends. */
  readonly lifetimeMs: number;
  /** 0: any number. */
  readonly maxUses: number;
}

/**
 * Makes a way in for whoever has the token. Errors: INVALID_ARGUMENT, NOT_FOUND, NOT_A_MEMBER, PERMISSION_DENIED,
 * LIMIT_EXCEEDED, DISSOLVED.
 */
export class CreateJoinLink {
  constructor(
    /** `newToken` makes what nobody can guess. */
    readonly deps: GroupChangeDeps & { readonly newToken: () => string },
    readonly options: ChangeOptions,
  ) {}

  async run(context: UserContext, input: CreateJoinLinkInput): Promise<JoinLink> {
    const { caller } = context;
    const lifetimeMs = checkRange(input.lifetimeMs, LINK_MAX_LIFETIME_MS, 'lifetime_ms');
    const maxUses = checkRange(input.maxUses, LINK_MAX_USES, 'max_uses');
    const token = this.deps.newToken();
    return changeGroup(this.deps, this.options, context, input, {
      method: 'CreateJoinLink',
      withGoodLinks: true,
      decide: ({ nowMs, ...facts }) => {
        demand('manage-links', caller, facts);
        if (facts.goodLinks >= MAX_GOOD_LINKS) {
          const message = `a group has at most ${MAX_GOOD_LINKS} links that are good`;
          throw new DomainError('LIMIT_EXCEEDED', message, { field: 'group_id' });
        }
        const { groupId } = facts.group;
        const expiresMs = lifetimeMs === 0 ? 0 : nowMs + lifetimeMs;
        const made = { token, groupId, creatorId: caller.userId, createdMs: nowMs, expiresMs };
        const link = { ...made, maxUses, uses: 0, revoked: false };
        return { answer: link, steps: [{ op: 'link', link }] };
      },
    });
  }
}

function checkRange(value: number, max: number, field: string): number {
  if (Number.isSafeInteger(value) && value >= 0 && value <= max) return value;
  throw invalidArgument(field, `must be 0 to ${max}`);
}
