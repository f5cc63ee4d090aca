import type { AppId, ConversationId } from '@queqiao/domain';
import type { EntryRecord } from '../usecase/conversation/ports.js';
import type { EventPlace } from '../usecase/event/ports.js';

export interface WebhookEntry extends EntryRecord {
  /** The name of its content, which it keeps when the content is gone. */
  readonly kind: string;
}

/** An event without what it says. */
export type EventName = Pick<WebhookEntry, 'conversationId' | 'seq' | 'kind'>;

export interface SeqRange {
  readonly fromSeq: number;
  readonly toSeq: number;
}

export interface AppEvent {
  readonly place: EventPlace;
  readonly entry: WebhookEntry;
}

export interface WebhookKey {
  readonly appId: AppId;
  readonly webhookId: string;
}

/** Entries of one conversation of which the next one was refused; times by the database's clock. */
export interface WaitRecord {
  readonly conversationId: ConversationId;
  /** Names the wait: the next one when it began. */
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

export interface DeadLetterRecord {
  readonly eventId: string;
  readonly conversationId: ConversationId;
  readonly seq: number;
  readonly attempts: number;
  readonly firstAttemptMs: number;
  readonly diedMs: number;
  readonly lastError: string;
}

export interface HeldWebhook {
  readonly url: string;
  readonly types: readonly string[];
  readonly sealedSecret: Uint8Array;
  /** What the last attempt that failed came to, or why there was none; empty: none did. */
  readonly lastError: string;
  /** The newest first. */
  readonly replaced: readonly { readonly sealed: Uint8Array; readonly untilMs: number }[];
  readonly revision: number;
  readonly place: EventPlace;
  readonly waits: readonly WaitRecord[];
}

export interface Progress {
  readonly place: EventPlace;
  readonly waits: readonly WaitRecord[];
  readonly over: readonly Pick<WaitRecord, 'conversationId' | 'firstSeq'>[];
  readonly deadLetters: readonly DeadLetterRecord[];
  readonly lastSuccessMs: number | null;
  readonly lastFailureMs: number | null;
  readonly lastError: string;
  readonly missed: boolean;
  /** Turns it off, unless it was changed since that revision. */
  readonly disabled: { readonly reason: string; readonly revision: number } | null;
}

/** How far webhooks are, of which each has one owner at a time. */
export interface WebhookRows {
  held(key: WebhookKey, owner: string): Promise<HeldWebhook | null>;
  /** All of it or nothing. False: it has another owner, or is gone. */
  save(key: WebhookKey, owner: string, progress: Progress): Promise<boolean>;
  /** The first entry of a range that is of one of these types, or of any when there are none. Null: there is none. */
  firstEntry(
    appId: AppId,
    conversationId: ConversationId,
    range: SeqRange,
    types: readonly string[],
  ): Promise<WebhookEntry | null>;
}

export interface WebhookOwners {
  renew(node: { readonly nodeId: string; readonly bootId: string }, leaseMs: number): Promise<void>;
  leave(node: { readonly nodeId: string; readonly bootId: string }): Promise<void>;
  survey(): Promise<Survey>;
  claim(key: WebhookKey, owner: string, from: string): Promise<boolean>;
  release(key: WebhookKey, owner: string): Promise<void>;
}

export interface Survey {
  readonly nowMs: number;
  readonly logEpoch: number;
  readonly owners: ReadonlySet<string>;
  readonly webhooks: readonly (WebhookKey & {
    readonly owner: string;
    readonly revision: number;
    readonly newest: number;
    readonly position: number;
  })[];
}

export interface WebhookEvents {
  read(
    appId: AppId,
    place: EventPlace,
  ): Promise<{ readonly events: readonly AppEvent[]; readonly place: EventPlace } | null>;
  oldest(appId: AppId): Promise<EventPlace>;
}

/** What one attempt came to. */
export type Outcome =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'refused'; readonly error: string; readonly retryAfterMs: number | null }
  /** It wants nothing any more. */
  | { readonly kind: 'gone' };

export interface SigningSecret {
  readonly secret: Uint8Array;
  /** Of the present one Infinity. */
  readonly untilMs: number;
}

export interface Target {
  readonly appId: AppId;
  readonly revision: number;
  readonly url: string;
  /** The present one, and those replaced that sign too until their time is over. None: no key opens the present one. */
  readonly secrets: readonly SigningSecret[];
  /** Raised by a restore: what has the same name afterwards is another event. */
  readonly logEpoch: number;
}

export interface EventSender {
  /** Names the event, in all apps, whenever it is sent under this log epoch. */
  eventId(
    target: Pick<Target, 'appId' | 'logEpoch'>,
    entry: Pick<EntryRecord, 'conversationId' | 'seq'>,
  ): string;
  /** Never rejects. */
  send(target: Target, eventId: string, entry: WebhookEntry, nowMs: number): Promise<Outcome>;
}
