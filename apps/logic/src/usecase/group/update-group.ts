import { type GroupProfile } from '@queqiao/domain';

import type { CallContext } from '../caller.js';
import { actorOf, notice } from '../change/change-request.js';
import type { ChangeOptions } from '../change/ports.js';
import { changeGroup, type GroupChangeDeps, type GroupChangeInput } from './change-deps.js';
import { checkBytes, checkLength } from '../check-fields.js';
import { demand } from './group-rules.js';
import type { GroupFacts, GroupStep } from './ports.js';
import { viewFor, type GroupView } from './view-group.js';

export const GROUP_NAME_MAX_LENGTH = 100;
export const GROUP_AVATAR_MAX_LENGTH = 2_000;
export const GROUP_INTRODUCTION_MAX_LENGTH = 500;
export const GROUP_ANNOUNCEMENT_MAX_LENGTH = 2_000;
export const GROUP_EXTRA_MAX_BYTES = 4_096;

/** Fields left undefined stay. */
export type GroupPatch = { readonly [K in keyof GroupProfile]?: GroupProfile[K] | undefined } & {
  readonly allMuted?: boolean | undefined;
};

export interface UpdateGroupInput extends GroupChangeInput {
  readonly patch: GroupPatch;
}

const RULES = ['joinMode', 'visibility', 'history', 'inviteRight'] as const;

/**
 * Changes what a group says about itself and how it works; what is so already changes nothing. Errors: INVALID_ARGUMENT,
 * NOT_FOUND, NOT_A_MEMBER, PERMISSION_DENIED, DISSOLVED.
 */
export class UpdateGroup {
  constructor(
    readonly deps: GroupChangeDeps,
    readonly options: ChangeOptions,
  ) {}

  async run(context: CallContext, input: UpdateGroupInput): Promise<GroupView> {
    const { caller } = context;
    const patch = checkPatch(input.patch);
    return changeGroup(this.deps, this.options, context, input, {
      method: 'UpdateGroup',
      decide: (facts) => {
        demand('update-profile', caller, facts);
        if (RULES.some((name) => patch[name] !== undefined)) demand('update-rules', caller, facts);
        if (patch.allMuted !== undefined) demand('mute-all', caller, facts);
        const changed = differing(facts, patch);
        const answer = viewFor(caller, { ...facts, group: { ...facts.group, ...changed } });
        if (Object.keys(changed).length === 0) return { answer, steps: [] };
        const entry = notice(actorOf(caller), this.deps.notices.updated(changed));
        return { answer, steps: [{ op: 'entry', entry }, ...stepsOf(changed)] };
      },
    });
  }
}

export function checkPatch(patch: GroupPatch): GroupPatch {
  const { name, avatarUrl, introduction, announcement, extra } = patch;
  if (name !== undefined) checkLength(name, GROUP_NAME_MAX_LENGTH, 'name', 1);
  checkLength(avatarUrl ?? '', GROUP_AVATAR_MAX_LENGTH, 'avatar_url');
  checkLength(introduction ?? '', GROUP_INTRODUCTION_MAX_LENGTH, 'introduction');
  checkLength(announcement ?? '', GROUP_ANNOUNCEMENT_MAX_LENGTH, 'announcement');
  checkBytes(extra ?? '', GROUP_EXTRA_MAX_BYTES, 'extra');
  return patch;
}

type Changed = Partial<GroupProfile> & { readonly allMuted?: boolean };

function differing({ group }: GroupFacts, patch: GroupPatch): Changed {
  const changed = Object.entries(patch).filter(
    ([name, value]) => value !== undefined && group[name as keyof GroupPatch] !== value,
  );
  return Object.fromEntries(changed);
}

function stepsOf({ allMuted, ...patch }: Changed): GroupStep[] {
  return [
    ...(Object.keys(patch).length > 0 ? [{ op: 'profile', patch } as const] : []),
    ...(allMuted === undefined ? [] : [{ op: 'flags', allMuted } as const]),
  ];
}
