import type { AppId, ConversationId } from '@queqiao/domain';
import type { Clock } from '@queqiao/runtime';
import { integer, text } from '../append/sql-text.js';

/** Apps of which a node knows whether they want events; what is known of the oldest is read again. */
export const EVENT_APPS_MAX_KNOWN = 10_000;
/** For how long that is believed. */
const KNOWN_MS = 5_000;

/** Entries of one commit in one log. */
export interface OutboxRow {
  readonly appId: AppId;
  readonly conversationId: ConversationId;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly createdMs: number;
}

/**
 * What commits leave for the back ends of apps that want it. Others cost a look at what is known of them, and a row by key
 * every few seconds.
 */
export class EventOutbox {
  readonly #known = new Map<AppId, { readonly wants: boolean; readonly until: number }>();
  #listener: (appIds: readonly AppId[]) => void = () => {};

  constructor(private readonly clock: Clock) {}

  onWritten(listener: (appIds: readonly AppId[]) => void): void {
    this.#listener = listener;
  }

  /** To be called after the commit. */
  written(rows: readonly OutboxRow[]): void {
    if (rows.length > 0) this.#listener([...new Set(rows.map(({ appId }) => appId))]);
  }

  /** Those of whom it has to be read, once each. */
  unknown(appIds: Iterable<AppId>): AppId[] {
    const now = this.clock.monotonic();
    return [...new Set(appIds)].filter((appId) => (this.#known.get(appId)?.until ?? 0) <= now);
  }

  learn(asked: readonly AppId[], wanting: ReadonlySet<string>): void {
    const until = this.clock.monotonic() + KNOWN_MS;
    for (const appId of asked) {
      this.#known.delete(appId);
      this.#known.set(appId, { wants: wanting.has(appId), until });
    }
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= EVENT_APPS_MAX_KNOWN) break;
      this.#known.delete(oldest);
    }
  }

  /** Of whom nothing was learned wants none. */
  wants(appId: AppId): boolean {
    return this.#known.get(appId)?.wants ?? false;
  }
}

/** Those of the apps that want events. */
export function findWanting(appIds: readonly AppId[]): string {
  return (
    `SELECT app_id FROM apps WHERE app_id IN (${appIds.map(text).join(',')}) ` +
    "AND JSON_UNQUOTE(JSON_EXTRACT(settings, '$.events')) = 'true'"
  );
}

export function insertOutbox(rows: readonly OutboxRow[]): string {
  const values = rows.map(({ appId, conversationId, firstSeq, lastSeq, createdMs }) => {
    const numbers = [firstSeq, lastSeq, createdMs].map(integer).join(',');
    return `(${text(appId)},${text(conversationId)},${numbers})`;
  });
  return `INSERT INTO event_outbox (app_id, conversation_id, first_seq, last_seq, created_ms) VALUES ${values.join(',')}`;
}
