import type { AppId, ConversationId } from '@queqiao/domain';

import type { AdminChangeCall } from '../admin/ports.js';
import type { UrlRules } from '../outbound/check-url.js';

export interface WebhookInfo {
  readonly webhookId: string;
  readonly url: string;
  /** None: everything. */
  readonly types: readonly string[];
  readonly enabled: boolean;
  readonly disabledReason: string;
  readonly createdMs: number;
  readonly previousUntilMs: number;
  readonly earlierUntilMs: readonly number[];
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
  readonly diedMs: number;
  readonly lastError: string;
}

/** With the secret that the call made, or the one that it repeats. */
export interface SealedWebhook {
  readonly webhook: WebhookInfo;
  /** Null: it was not kept. */
  readonly sealedSecret: Uint8Array | null;
}

/** Each change with its answer and its entry in the audit log. Errors: NOT_FOUND, ALREADY_EXISTS, LIMIT_EXCEEDED, UNAVAILABLE. */
export interface ManagedWebhooks {
  create(
    call: AdminChangeCall,
    appId: AppId,
    webhook: {
      readonly webhookId: string;
      readonly url: string;
      readonly types: readonly string[];
      readonly sealedSecret: Uint8Array;
    },
  ): Promise<SealedWebhook>;
  get(
    appId: AppId,
    webhookId: string,
  ): Promise<{ readonly webhook: WebhookInfo; readonly status: WebhookStatus } | null>;
  list(appId: AppId): Promise<WebhookInfo[]>;
  update(
    call: AdminChangeCall,
    appId: AppId,
    webhookId: string,
    change: {
      readonly url?: string | undefined;
      readonly enabled?: boolean | undefined;
      readonly types?: readonly string[] | undefined;
    },
  ): Promise<WebhookInfo>;
  rotate(
    call: AdminChangeCall,
    appId: AppId,
    webhookId: string,
    secret: { readonly sealed: Uint8Array; readonly overlapMs: number },
  ): Promise<SealedWebhook>;
  remove(call: AdminChangeCall, appId: AppId, webhookId: string): Promise<void>;
  deadLetters(
    appId: AppId,
    webhookId: string,
    page: {
      readonly before: { readonly diedMs: number; readonly eventId: string } | null;
      readonly limit: number;
    },
  ): Promise<DeadLetter[]>;
  replay(
    call: AdminChangeCall,
    appId: AppId,
    webhookId: string,
    which: { readonly eventIds: readonly string[]; readonly fromMs: number },
  ): Promise<{ readonly replayed: number; readonly more: boolean }>;
}

/** New secrets, and how they are kept. */
export interface WebhookSecrets {
  /** A new one, sealed. */
  make(appId: AppId, webhookId: string): Uint8Array;
  /** As whoever verifies is given it. Null: no key opens it any more. */
  show(appId: AppId, webhookId: string, sealed: Uint8Array): string | null;
}

export interface WebhookRules extends UrlRules {
  /** What the content of an entry may be. */
  readonly types: ReadonlySet<string>;
}
