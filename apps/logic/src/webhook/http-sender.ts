import { createHash } from 'node:crypto';
import type { AppId } from '@queqiao/domain';
import { OutboundFailure, signedHeaders, type GuardedRequests } from '../outbound/index.js';
import { WEBHOOK_MAX_RESPONSE_BYTES, WEBHOOK_TIMEOUT_MS } from './limits.js';
import type { EventSender, Outcome, Target, WebhookEntry } from './ports.js';

/** The body of a request. */
export type EncodeEvent = (event: {
  readonly appId: AppId;
  readonly eventId: string;
  readonly entry: WebhookEntry;
  readonly logEpoch: number;
}) => Uint8Array;

export interface HttpSenderDeps {
  readonly requests: Pick<GuardedRequests, 'post'>;
  readonly encode: EncodeEvent;
}

const GONE = 410;

/** Sends one event by one signed request. */
export class HttpSender implements EventSender {
  constructor(private readonly deps: HttpSenderDeps) {}

  eventId(
    { appId, logEpoch }: Pick<Target, 'appId' | 'logEpoch'>,
    { conversationId, seq }: Pick<WebhookEntry, 'conversationId' | 'seq'>,
  ): string {
    const name = `${appId} ${logEpoch} ${conversationId} ${seq}`;
    const hash = createHash('sha256').update(name).digest('base64url');
    return `evt_${hash.slice(0, 24)}`;
  }

  async send(target: Target, id: string, entry: WebhookEntry, nowMs: number): Promise<Outcome> {
    const { appId, url, logEpoch } = target;
    const signing = target.secrets.filter(({ untilMs }) => nowMs < untilMs);
    const secrets = signing.map(({ secret }) => secret);
    const body = this.#bodyOf({ appId, eventId: id, entry, logEpoch });
    if (body === null) return { kind: 'refused', error: 'encoding', retryAfterMs: null };
    const timestampSeconds = Math.floor(nowMs / 1_000);
    const signature = signedHeaders(secrets, { id, timestampSeconds, body });
    const headers = { 'content-type': 'application/json', 'user-agent': 'queqiao', ...signature };
    const limits = {
      timeoutMs: WEBHOOK_TIMEOUT_MS,
      maxResponseBytes: WEBHOOK_MAX_RESPONSE_BYTES,
    };
    try {
      const { status, retryAfterMs } = await this.deps.requests.post({
        url,
        headers,
        body,
        ...limits,
      });
      if (status >= 200 && status < 300) return { kind: 'delivered' };
      if (status === GONE) return { kind: 'gone' };
      return { kind: 'refused', error: `status ${status}`, retryAfterMs };
    } catch (error) {
      const reason = error instanceof OutboundFailure ? error.reason : 'connection';
      return { kind: 'refused', error: reason, retryAfterMs: null };
    }
  }

  /** Null: what is stored cannot be read. That is nobody's request to answer for, and ends no node. */
  #bodyOf(event: Parameters<EncodeEvent>[0]): Uint8Array | null {
    try {
      return this.deps.encode(event);
    } catch {
      return null;
    }
  }
}
