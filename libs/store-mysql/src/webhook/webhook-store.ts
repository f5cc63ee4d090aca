import type { AppId, ConversationId } from '@queqiao/domain';
import type { AdminChangeCall } from '../admin-types.js';
import { pruneByAge } from '../log/prune-by-age.js';
import type { StoreContext } from '../store-context.js';
import {
  DEAD_LETTERS_KEPT_MS,
  type DeadLetter,
  type NewWebhook,
  type WebhookChange,
  type WebhookKey,
  type WebhookProgress,
  type WebhookStore,
} from '../webhook-types.js';
import { listDeadLetters, replayDeadLetters, type DeadLetterChoice } from './dead-letters.js';
import { createWebhook, removeWebhook, rotateSecret, updateWebhook } from './webhook-changes.js';
import {
  claimWebhook,
  leaveNode,
  pruneNodes,
  releaseWebhook,
  renewNode,
  surveyWebhooks,
} from './webhook-owners.js';
import { heldWebhook, saveProgress } from './webhook-progress.js';
import { firstEntry, getWebhook, listWebhooks } from './webhook-reads.js';

type Node = Parameters<WebhookStore['renew']>[0];

export class MysqlWebhookStore implements WebhookStore {
  constructor(private readonly context: StoreContext) {}

  create(call: AdminChangeCall, appId: AppId, webhook: NewWebhook) {
    return createWebhook(this.context, call, appId, webhook);
  }

  get(appId: AppId, webhookId: string) {
    return getWebhook(this.context, appId, webhookId);
  }

  list(appId: AppId) {
    return listWebhooks(this.context, appId);
  }

  update(call: AdminChangeCall, appId: AppId, webhookId: string, change: WebhookChange) {
    return updateWebhook(this.context, call, appId, webhookId, change);
  }

  rotate(
    call: AdminChangeCall,
    appId: AppId,
    webhookId: string,
    secret: Parameters<WebhookStore['rotate']>[3],
  ) {
    return rotateSecret(this.context, call, appId, webhookId, secret);
  }

  remove(call: AdminChangeCall, appId: AppId, webhookId: string) {
    return removeWebhook(this.context, call, appId, webhookId);
  }

  deadLetters(
    appId: AppId,
    webhookId: string,
    page: {
      readonly before: Pick<DeadLetter, 'diedMs' | 'eventId'> | null;
      readonly limit: number;
    },
  ) {
    return listDeadLetters(this.context, appId, webhookId, page);
  }

  replay(call: AdminChangeCall, appId: AppId, webhookId: string, which: DeadLetterChoice) {
    return replayDeadLetters(this.context, call, appId, webhookId, which);
  }

  renew(node: Node, leaseMs: number) {
    return renewNode(this.context, node, leaseMs);
  }

  leave(node: Node) {
    return leaveNode(this.context, node);
  }

  survey() {
    return surveyWebhooks(this.context);
  }

  claim(key: WebhookKey, owner: string, from: string) {
    return claimWebhook(this.context, key, owner, from);
  }

  release(key: WebhookKey, owner: string) {
    return releaseWebhook(this.context, key, owner);
  }

  held(key: WebhookKey, owner: string) {
    return heldWebhook(this.context, key, owner);
  }

  save(key: WebhookKey, owner: string, progress: WebhookProgress) {
    return saveProgress(this.context, key, owner, progress);
  }

  firstEntry(
    appId: AppId,
    conversationId: ConversationId,
    range: { readonly fromSeq: number; readonly toSeq: number },
    kinds: readonly string[],
  ) {
    return firstEntry(this.context, appId, conversationId, { ...range, kinds });
  }

  async prune(limit: number) {
    const keptMs = DEAD_LETTERS_KEPT_MS;
    const letters = { table: 'webhook_dead_letters', column: 'died_ms', keptMs } as const;
    const nodes = await pruneNodes(this.context);
    return nodes + (await pruneByAge(this.context, letters, limit));
  }
}
