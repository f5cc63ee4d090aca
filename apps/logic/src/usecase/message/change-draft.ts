import {
  invalidArgument,
  parseClientMsgId,
  parseConversationId,
  type ClientMsgId,
  type ConversationId,
  type DomainError,
  type EntryChange,
} from '@queqiao/domain';

import { activeApp } from '../app/active-app.js';
import type { Apps } from '../app/ports.js';
import type { CallContext, UserContext } from '../caller.js';
import type { ChangeContents, EntryDraft, EntryLog, EntryPlace } from './ports.js';
import { checkUserMayAddress } from './user-sender.js';

export interface ChangeDeps {
  readonly apps: Apps;
  readonly log: EntryLog;
  readonly contents: ChangeContents;
}

/** What every change of entries is asked with. */
export interface ChangeInput {
  readonly conversationId: string;
  readonly clientMsgId: string;
}

export interface TargetInput extends ChangeInput {
  readonly targetSeq: number;
}

/** What the log gets of a change. A change raises nobody's unread count, and lists go on showing the last message. */
export interface ChangeEntry {
  readonly kind: string;
  readonly content: Uint8Array;
  readonly change: EntryChange;
  readonly replyToSeq?: number | undefined;
  /** What the log answers unless the change was made before. */
  readonly refusal?: DomainError;
}

/** Appends a change in the caller's name. Errors: those of the log's rules, and INVALID_ARGUMENT and NOT_FOUND of the address. */
export async function appendChange(
  log: EntryLog,
  context: UserContext,
  input: ChangeInput,
  entry: ChangeEntry,
): Promise<EntryPlace> {
  const { appId, caller, signal } = context;
  const author = { appId, sender: { kind: 'user', id: caller.userId }, signal } as const;
  const address = addressOf(context, input);
  return append(log, { ...entry, ...author, ...address, origin: caller.session });
}

/** What every change on behalf of the app is asked with. */
export interface AppChangeInput {
  readonly conversationId: string;
  readonly clientRequestId: string;
}

/** The same on behalf of the app, to which no window and no role applies: the system changes it. */
export async function appendAppChange(
  log: EntryLog,
  { appId, signal }: Pick<CallContext, 'appId' | 'signal'>,
  input: AppChangeInput,
  entry: ChangeEntry,
): Promise<EntryPlace> {
  const conversationId = parseConversationId(input.conversationId);
  const clientMsgId = parseClientMsgId(input.clientRequestId, 'client_request_id');
  const author = { appId, sender: { kind: 'system', id: '' }, signal } as const;
  const address = { conversationId, clientMsgId, idField: 'client_request_id' } as const;
  return append(log, { ...entry, ...author, ...address, origin: undefined });
}

async function append(
  log: EntryLog,
  draft: Omit<EntryDraft, 'countable' | 'shown'>,
): Promise<EntryPlace> {
  const { seq, ordinal, createdMs } = await log.append({
    ...draft,
    countable: false,
    shown: false,
  });
  return { seq, ordinal, createdMs };
}

/** Errors: INVALID_ARGUMENT, NOT_FOUND, PERMISSION_DENIED. */
export function addressOf(
  { caller }: UserContext,
  input: ChangeInput,
): { readonly conversationId: ConversationId; readonly clientMsgId: ClientMsgId } {
  const conversationId = parseConversationId(input.conversationId);
  const clientMsgId = parseClientMsgId(input.clientMsgId);
  checkUserMayAddress(conversationId, caller.userId);
  return { conversationId, clientMsgId };
}

export function rulesOf({ apps }: Pick<ChangeDeps, 'apps'>, { appId }: Pick<CallContext, 'appId'>) {
  return activeApp(apps, appId);
}

export function checkTarget(seq: number, field = 'target_seq'): number {
  if (seq < 1) throw invalidArgument(field, 'must be at least 1');
  return seq;
}
