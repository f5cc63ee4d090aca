import type { AppId, ConversationId } from '@queqiao/domain';
import type { AdminChangeCall } from './admin-types.js';
import type { EntryRecord } from './conversation-types.js';
import type { EventPlace } from './event-types.js';
import type { ReplacedSecret } from './outbound/signing-secrets.js';

/** Webhooks of one app. */
export const WEBHOOKS_MAX_PER_APP = 10;
/** Conversations of a webhook that may wait for another attempt; with so many it reads no further events. */
export const WEBHOOK_MAX_WAITS = 1_000;
/** Dead letters that one call sends again. */
export const DEAD_LETTERS_MAX_REPLAY = 1_000;
/** Dead letters are kept for 30 days. */
export const DEAD_LETTERS_KEPT_MS = 2_592_000_000;

export interface WebhookInfo {
  readonly webhookId: string;
  readonly url: string;
  readonly types: readonly string[];
  readonly enabled: boolean;
  readonly disabledReason: string;
  readonly createdMs: number;
  /** 0: no previous secret signs. */
  readonly previousUntilMs: number;
  /** Of secrets before that one. */
  readonly earlierUntilMs: readonly number[];
}

/** A webhook with the secret that the call made: that of the first one in the answer to a repeated call. */
export interface SealedWebhook {
  readonly webhook: WebhookInfo;
  /** Null: the first call was of a version that did not keep it with its answer. */
  readonly sealedSecret: Uint8Array | null;
}

export interface NewWebhook {
  readonly webhookId: string;
  readonly url: string;
  readonly types: readonly string[];
  readonly sealedSecret: Uint8Array;
}

export interface WebhookChange {
  readonly url?: string | undefined;
  readonly enabled?: boolean | undefined;
  readonly types?: readonly string[] | undefined;
}

export interface WebhookStatus {
  readonly pendingCommits: number;
  readonly oldestPendingMs: number;
  readonly waitingConversations: number;
  readonly deadLetters: number;
  readonly lastSuccessMs: number;
  readonly lastFailureMs: number;
  readonly lastError: string;
  readonly missedMs: number;
}

export interface DeadLetter {
  readonly eventId: string;
  readonly conversationId: ConversationId;
  readonly seq: number;
  readonly attempts: number;
  readonly firstAttemptMs: number;
  /** By the database's clock; when it is written, 0. */
  readonly diedMs: number;
  readonly lastError: string;
}

/** Entries of one conversation of which the next one was refused. */
export interface WebhookWait {
  readonly conversationId: ConversationId;
  /** Names the wait. */
  readonly firstSeq: number;
  readonly nextSeq: number;
  readonly lastSeq: number;
  /** Of the next one. */
  readonly attempts: number;
  readonly firstAttemptMs: number;
  readonly dueMs: number;
  readonly lastError: string;
  /** Of the first one, where that is a dead letter that is sent again; empty: made from its place. */
  readonly eventId: string;
}

/** What a node learns of all webhooks that are on, of apps that are active. */
export interface WebhookSurvey {
  /** By the database's clock. */
  readonly nowMs: number;
  /** Raised by a restore. */
  readonly logEpoch: number;
  /** `node:boot` of those whose rows hold. */
  readonly owners: ReadonlySet<string>;
  readonly webhooks: readonly {
    readonly appId: AppId;
    readonly webhookId: string;
    /** Empty: nobody. */
    readonly owner: string;
    readonly revision: number;
    /** Of the newest event of the app. */
    readonly newest: number;
    readonly position: number;
  }[];
}

export interface WebhookKey {
  readonly appId: AppId;
  readonly webhookId: string;
}

export interface HeldWebhook {
  readonly url: string;
  readonly types: readonly string[];
  readonly sealedSecret: Uint8Array;
  /** Sign too until their time is over, the newest first. */
  readonly replaced: readonly ReplacedSecret[];
  readonly revision: number;
  readonly place: EventPlace;
  /** As WebhookStatus has it. */
  readonly lastError: string;
  /** At most WEBHOOK_MAX_WAITS. */
  readonly waits: readonly WebhookWait[];
}

/** What has happened since the last time, to be written as one. */
export interface WebhookProgress {
  readonly place: EventPlace;
  readonly waits: readonly WebhookWait[];
  /** Waits that are over, before `waits` are written. */
  readonly over: readonly Pick<WebhookWait, 'conversationId' | 'firstSeq'>[];
  readonly deadLetters: readonly DeadLetter[];
  /** Null: not since. */
  readonly lastSuccessMs: number | null;
  readonly lastFailureMs: number | null;
  readonly lastError: string;
  readonly missed: boolean;
  /** Turns it off, unless it was changed since that revision. */
  readonly disabled: { readonly reason: string; readonly revision: number } | null;
}

/**
 * Webhooks, and how far each of them is. Changes are made as those of operators are: each in one transaction with its entry in the
 * audit log and its answer. Errors: NOT_FOUND, ALREADY_EXISTS for a clientRequestId of another call, LIMIT_EXCEEDED.
 */
export interface WebhookStore {
  /** From the newest event on. */
  create(call: AdminChangeCall, appId: AppId, webhook: NewWebhook): Promise<SealedWebhook>;
  get(
    appId: AppId,
    webhookId: string,
  ): Promise<{ readonly webhook: WebhookInfo; readonly status: WebhookStatus } | null>;
  /** Those made first first. */
  list(appId: AppId): Promise<WebhookInfo[]>;
  update(
    call: AdminChangeCall,
    appId: AppId,
    webhookId: string,
    change: WebhookChange,
  ): Promise<WebhookInfo>;
  /** Without an overlap no secret before this one signs any more; else each for as long as it was told to. */
  rotate(
    call: AdminChangeCall,
    appId: AppId,
    webhookId: string,
    secret: { readonly sealed: Uint8Array; readonly overlapMs: number },
  ): Promise<SealedWebhook>;
  remove(call: AdminChangeCall, appId: AppId, webhookId: string): Promise<void>;
  /** Those given up on last first. */
  deadLetters(
    appId: AppId,
    webhookId: string,
    page: {
      readonly before: { readonly diedMs: number; readonly eventId: string } | null;
      readonly limit: number;
    },
  ): Promise<DeadLetter[]>;
  /** Makes waits of them, that are due. Ids: those; else those given up on since `fromMs`, the oldest first. */
  replay(
    call: AdminChangeCall,
    appId: AppId,
    webhookId: string,
    which: { readonly eventIds: readonly string[]; readonly fromMs: number },
  ): Promise<{ readonly replayed: number; readonly more: boolean }>;

  /** Says that a node is there, for `leaseMs`; another boot of it is not any more. */
  renew(node: { readonly nodeId: string; readonly bootId: string }, leaseMs: number): Promise<void>;
  /** Takes back what `renew` said, and whatever the node still owns. */
  leave(node: { readonly nodeId: string; readonly bootId: string }): Promise<void>;
  survey(): Promise<WebhookSurvey>;
  /** False: it has another owner by now than `from`. */
  claim(key: WebhookKey, owner: string, from: string): Promise<boolean>;
  release(key: WebhookKey, owner: string): Promise<void>;
  /** Null: it is off, gone, or another owner's. */
  held(key: WebhookKey, owner: string): Promise<HeldWebhook | null>;
  /** False: nothing was written, as it is gone or another owner's. */
  save(key: WebhookKey, owner: string, progress: WebhookProgress): Promise<boolean>;
  /** The first entry of a range that is of one of these kinds, or of any when there are none. Null: there is none. */
  firstEntry(
    appId: AppId,
    conversationId: ConversationId,
    range: { readonly fromSeq: number; readonly toSeq: number },
    kinds: readonly string[],
  ): Promise<EntryRecord | null>;
  /**
   * Removes dead letters older than DEAD_LETTERS_KEPT_MS, at most `limit` of each app, and nodes that have said nothing for a day;
   * returns how many.
   */
  prune(limit: number): Promise<number>;
}
