import { createHash } from 'node:crypto';
import { DomainError, invalidArgument, type AppId, type Sender } from '@queqiao/domain';

import { knownApp } from '../app/active-app.js';
import type { Apps } from '../app/ports.js';
import type { BusinessContext } from '../caller.js';
import { changeRequest } from '../change/change-request.js';
import type { ChangeOptions } from '../change/ports.js';
import { accountOf, checkForMany, checkSender, derivedMsgId } from '../message/app-account.js';
import { checkMessage } from '../message/message-draft.js';
import type { MessageContent } from '../message/ports.js';
import type { UserLookup } from '../must-exist.js';
import { existingBroadcast } from './existing-broadcast.js';
import type { Broadcast, Broadcasts } from './ports.js';

export interface StartBroadcastInput {
  readonly clientRequestId: string;
  /** Null: the request named no kind. */
  readonly sender: Sender | null;
  /** Null: the request had none. */
  readonly content: MessageContent | null;
  readonly notCounted: boolean;
}

export interface StartBroadcastDeps {
  readonly apps: Apps;
  readonly users: UserLookup;
  readonly broadcasts: Pick<Broadcasts, 'get' | 'start'>;
  /** Somebody may begin with it. */
  readonly onStarted: () => void;
}

/**
 * Begins to send a message to everybody whom the app has now. Errors: INVALID_ARGUMENT, NOT_FOUND (the account), LIMIT_EXCEEDED,
 * ALREADY_EXISTS, APP_SUSPENDED.
 */
export class StartBroadcast {
  constructor(
    readonly deps: StartBroadcastDeps,
    readonly options: ChangeOptions,
  ) {}

  async run(context: BusinessContext, input: StartBroadcastInput): Promise<Broadcast> {
    const { appId } = context;
    const { apps, users, broadcasts, onStarted } = this.deps;
    const request = changeRequest(context, input.clientRequestId, 'StartBroadcast');
    const app = await knownApp(apps, appId);
    const sender = checkSender(input.sender);
    if (sender.kind === 'user') throw invalidArgument('sender.kind', 'must be business or system');
    const accountId = accountOf(sender, app.settings);
    const broadcastId = broadcastIdOf(appId, input.clientRequestId);
    const clientMsgId = broadcastMsgId(broadcastId);
    const message = checkMessage({ ...input, conversationId: `s:${accountId}`, clientMsgId }, app);
    checkForMany(message);
    if (message.transient) throw invalidArgument('content.command', 'is not stored');
    const hasAccount = (await users.existing(appId, [accountId])).has(accountId);
    const refusal = message.refusal ?? (hasAccount ? null : noAccount(sender));
    const { kind, encoded: content } = message.content;
    const { countable } = message;
    const order = { broadcastId, sender, accountId, kind, content, countable };
    await broadcasts.start({ ...this.options, appId, request }, order, refusal);
    onStarted();
    return existingBroadcast(broadcasts, appId, broadcastId);
  }
}

/** By which each user's message is recognised, whoever sends it and however often. */
export function broadcastMsgId(broadcastId: string) {
  return derivedMsgId('broadcast', broadcastId);
}

/** It follows from the request, so that a repeated one finds the first broadcast also when its answer is kept no longer. */
function broadcastIdOf(appId: AppId, clientRequestId: string): string {
  const hash = createHash('sha256').update(`${appId}:${clientRequestId}`).digest('base64url');
  return `b.${hash.slice(0, 22)}`;
}

function noAccount({ kind }: Sender): DomainError {
  const field = kind === 'system' ? 'systemAccount' : 'sender.id';
  return new DomainError('NOT_FOUND', 'there is no such account', { field });
}
