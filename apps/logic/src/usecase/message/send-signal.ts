import { invalidArgument, parseConversationId } from '@queqiao/domain';

import { activeApp } from '../app/active-app.js';
import type { Apps } from '../app/ports.js';
import type { UserContext } from '../caller.js';
import type { Transients } from './ports.js';
import { checkUserMayAddress } from './user-sender.js';

export const MAX_SIGNAL_NAME_BYTES = 64;
export const MAX_SIGNAL_DATA_BYTES = 1_024;

export interface SignalInput {
  readonly conversationId: string;
  readonly name: string;
  readonly data: Uint8Array;
}

/**
 * Shows a transient signal to the devices of a conversation's members that are online, the caller's others included. Never
 * stored, never repeated. Errors: INVALID_ARGUMENT, NOT_FOUND, NOT_A_MEMBER, MUTED, PERMISSION_DENIED (a self feed).
 */
export class SendSignal {
  constructor(readonly deps: { readonly apps: Apps; readonly transients: Transients }) {}

  async run({ appId, caller, signal }: UserContext, input: SignalInput): Promise<void> {
    const conversationId = parseConversationId(input.conversationId);
    const { name, data } = input;
    const length = Buffer.byteLength(name);
    if (length < 1 || length > MAX_SIGNAL_NAME_BYTES) {
      throw invalidArgument('name', `must have 1 to ${MAX_SIGNAL_NAME_BYTES} bytes`);
    }
    if (data.byteLength > MAX_SIGNAL_DATA_BYTES) {
      throw invalidArgument('data', `must have at most ${MAX_SIGNAL_DATA_BYTES} bytes`);
    }
    const { directRule } = await activeApp(this.deps.apps, appId);
    checkUserMayAddress(conversationId, caller.userId);
    await this.deps.transients.deliver({
      appId,
      conversationId,
      sender: { kind: 'user', id: caller.userId },
      event: { kind: 'signal', name, data },
      origin: caller.session,
      directRule,
      signal,
    });
  }
}
