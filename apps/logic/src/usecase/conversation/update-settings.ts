import { invalidArgument, parseConversationId } from '@queqiao/domain';

import type { UserContext } from '../caller.js';
import type { MemberChangeDeps, MemberChangeOptions, SettingsPatch } from './member-log.js';
import type { Membership } from './ports.js';
import { settleChange } from './settle-change.js';

export const DRAFT_MAX_BYTES = 8_192;
export const REMARK_MAX_CHARACTERS = 100;

/**
 * Changes the caller's own settings of one conversation and tells the caller's other devices; what is left out stays. Of two
 * devices that set at once, each keeps what the other did not set. Errors: INVALID_ARGUMENT, NOT_FOUND.
 */
export class UpdateSettings {
  constructor(
    readonly deps: MemberChangeDeps,
    readonly options: MemberChangeOptions,
  ) {}

  async run(
    { appId, caller }: UserContext,
    input: { readonly conversationId: string; readonly patch: SettingsPatch },
  ): Promise<Membership> {
    const conversationId = parseConversationId(input.conversationId);
    const { patch } = input;
    checkPatch(patch);
    const key = { appId, userId: caller.userId, conversationId };
    const result = await this.deps.members.updateSettings({ ...key, patch, ...this.options });
    return settleChange(this.deps.push, appId, result);
  }
}

function checkPatch({ draft, remark }: SettingsPatch): void {
  if (draft !== undefined && Buffer.byteLength(draft) > DRAFT_MAX_BYTES) {
    throw invalidArgument('draft', `must have at most ${DRAFT_MAX_BYTES} bytes`);
  }
  if (remark !== undefined && Array.from(remark).length > REMARK_MAX_CHARACTERS) {
    throw invalidArgument('remark', `must have at most ${REMARK_MAX_CHARACTERS} characters`);
  }
}
