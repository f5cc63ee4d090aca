import type {
  Deliver,
  KickSessions,
  LargeCrossing,
  LargeDeliver,
  ResyncSessions,
} from '@queqiao/protocol/link';
import type { Clock } from '@queqiao/runtime';
import type { DownHandlers } from '../link/index.js';
import type { Closer } from './closer.js';
import type { LargeGroups } from './large-groups.js';
import type { Outboxes } from './outbox.js';
import { pacedWalk } from './paced-walk.js';
import type { Session } from './session.js';
import type { SessionTable } from './session-table.js';

export interface DownItemsDeps {
  readonly table: SessionTable;
  readonly outboxes: Outboxes;
  readonly closer: Closer;
  readonly clock: Clock;
  readonly large: LargeGroups;
  /** Looks whether this process stood still, before anything is written on the strength of a lease it may have lost. */
  readonly checkPause: () => void;
}

/** A resync of the whole node is spread, or all its devices would sync in the same moment: at first so many in a second, */
const RESYNCS_PER_SECOND = 200;
/** … of more sessions over this long, */
const RESYNC_ALL_SPREAD_MS = 5_000;
/** … and over longer when it would make more sessions than this sync per second. */
const MAX_RESYNCS_PER_SECOND = 2_000;
const MAX_REASON_BYTES = 100;

/** What logic tells this node's sessions. */
export class DownItems implements DownHandlers {
  readonly #stopped = new AbortController();

  constructor(private readonly deps: DownItemsDeps) {}

  stop(): void {
    this.#stopped.abort(new Error('stopped'));
  }

  deliver(item: Deliver): void {
    this.deps.checkPause();
    const sessions = this.#sessionsOf(item);
    const { largeJoin } = item;
    const joining = largeJoin && this.deps.large.join(sessions, largeJoin);
    if (joining === undefined) this.#deliverAll(sessions, item);
    else void joining.then(() => this.#deliverAll(sessions, item));
  }

  largeDeliver(item: LargeDeliver): void {
    this.deps.checkPause();
    this.deps.large.deliver(item);
  }

  largeCrossing(item: LargeCrossing): void {
    void this.deps.large.cross(item);
  }

  kick(item: KickSessions): void {
    const reason = Buffer.byteLength(item.reason) > MAX_REASON_BYTES ? '' : item.reason;
    for (const number of item.sessions) {
      const session = this.deps.table.get(number);
      if (session) this.deps.closer.close(session, { code: item.closeCode, reason });
    }
  }

  resync(item: ResyncSessions): void {
    if (item.sessions.length > 0) {
      for (const number of item.sessions) this.#resync(this.deps.table.get(number), item.reason);
      return;
    }
    const all = [...this.deps.table.all()];
    const { clock } = this.deps;
    const pace = { clock, durationMs: resyncSpreadMs(all.length), signal: this.#stopped.signal };
    void pacedWalk(all, (session) => this.#resync(session, item.reason), pace);
  }

  #sessionsOf({ sessions, users, exceptSession }: Deliver): Session[] {
    const { table } = this.deps;
    const named = sessions.flatMap((number) => table.get(number) ?? []);
    const ofUsers = users.flatMap(({ appId, userId }) => table.ofUser(appId, userId));
    return [...named, ...ofUsers.filter(({ number }) => number !== exceptSession)];
  }

  #deliverAll(sessions: readonly Session[], item: Deliver): void {
    for (const session of sessions) this.#deliverTo(session, item);
  }

  #deliverTo(session: Session, item: Deliver): void {
    if (session.state !== 'connected') return;
    const payload = session.socket.codec.name === 'proto' ? item.protoFrame : item.jsonItem;
    if (payload.length > 0) this.deps.outboxes.push(session, payload);
  }

  /** What it has missed may be a join: it is taken into its groups before it is told to sync. */
  #resync(session: Session | undefined, reason: string): void {
    if (session?.state !== 'connected') return;
    void this.deps.large.refresh(session).then(() => this.#pushResync(session, reason));
  }

  #pushResync(session: Session, reason: string): void {
    if (session.state !== 'connected') return;
    const value = { conversationId: '', reason };
    const { codec } = session.socket;
    this.deps.outboxes.push(session, codec.encode({ item: { $case: 'resync', value } }));
  }
}

/** Over how long a resync of this many sessions is spread. */
export function resyncSpreadMs(sessions: number): number {
  const calmMs = Math.ceil((sessions * 1_000) / RESYNCS_PER_SECOND);
  const leastMs = Math.ceil((sessions * 1_000) / MAX_RESYNCS_PER_SECOND);
  return Math.max(Math.min(RESYNC_ALL_SPREAD_MS, calmMs), leastMs);
}
