import { invalidArgument, parseConversationId } from '@queqiao/domain';

import type { UserContext } from '../caller.js';
import { changeRequest } from '../change/change-request.js';
import type { MemberChangeDeps, MemberChangeOptions, SettingsPatch } from './member-log.js';
import type { Membership } from './ports.js';
import { checkThrough, settleChange } from './settle-change.js';

export const DRAFT_MAX_BYTES = 8_192;
export const REMARK_MAX_CHARACTERS = 100;

export interface SettingsInput {
  readonly conversationId: string;
  readonly patch: SettingsPatch;
  readonly throughSeq: number;
  /** Empty: every call counts. */
  readonly clientRequestId: string;
}

/**
 * Changes the caller's own settings of one conversation and tells the caller's other devices; what is left out stays. Of two
 * devices that set at once, each keeps what the other did not set. Hidden stays what `throughSeq` (0: the newest entry)
 * covers. With a `clientRequestId` a repeated call changes nothing. Errors: INVALID_ARGUMENT, NOT_FOUND, ALREADY_EXISTS.
 */
export class UpdateSettings {
  constructor(
    readonly deps: MemberChangeDeps,
    readonly options: MemberChangeOptions,
  ) {}

  async run(context: UserContext, input: SettingsInput): Promise<Membership> {
    const { appId, caller, signal } = context;
    const conversationId = parseConversationId(input.conversationId);
    const { patch, throughSeq, clientRequestId } = input;
    checkPatch(patch);
    checkThrough(throughSeq);
    const request =
      clientRequestId === '' ? null : changeRequest(context, clientRequestId, 'UpdateSettings');
    const key = { appId, userId: caller.userId, conversationId, signal };
    const change = { ...key, patch, throughSeq, request, ...this.options };
    const result = await this.deps.members.updateSettings(change);
    return settleChange(this.deps.push, appId, result, () => 'through_seq');
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
