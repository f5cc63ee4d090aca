import type { LargeCrossing, LargeDeliver, LargeMember } from '@queqiao/protocol/link';
import type { Clock, Logger } from '@queqiao/runtime';
import { LargeDeliveries } from './large-deliveries.js';
import { largeKey, LargeSet } from './large-set.js';
import type { LogicCaller } from './logic-caller.js';
import type { MembershipReads } from './membership-reads.js';
import type { Outboxes } from './outbox.js';
import type { Session } from './session.js';
import type { SessionMetrics } from './session-metrics.js';
import type { SessionTable } from './session-table.js';

export interface LargeGroupsDeps {
  readonly table: SessionTable;
  readonly outboxes: Outboxes;
  readonly logic: LogicCaller;
  readonly reads: MembershipReads;
  readonly clock: Clock;
  readonly metrics: SessionMetrics;
  readonly logger: Logger;
}

/** A membership in a large group, as it was in one moment. */
export type Joining = Pick<LargeMember, 'userId' | 'conversationId' | 'joinedSeq' | 'leaveVersion'>;

/** Users of one question about a group on its way. */
const CROSSING_USERS = 500;
/** Rounds of looking again at a membership that leaves overtook. */
const MAX_ROUNDS = 8;
const RETRY_MS = 1_000;

/**
 * Which sessions of this node are in which large groups. A session is taken into its groups before it is told `connected`,
 * and whoever joins later before being told so: so what is committed from then on reaches it here, and what came before is
 * in its sync. Who leaves is removed before the next entry is delivered.
 */
export class LargeGroups {
  readonly #sets = new Map<string, LargeSet>();
  readonly #crossing = new Set<string>();
  readonly #deliveries: LargeDeliveries;

  constructor(private readonly deps: LargeGroupsDeps) {
    this.#deliveries = new LargeDeliveries(deps, {
      forget: (set, userId) => this.#forget(set, userId),
      reload: (set) => void this.#reload(set),
    });
  }

  /** Takes a session into all of its user's large groups. False: nobody could say which. */
  async enter(session: Session): Promise<boolean> {
    const members = await this.deps.reads.read(session.appId, session.userId);
    if (members === null) return false;
    for (const member of members) await this.#take(session, member);
    return true;
  }

  /** The same for a session that may have missed a join; resolves when it is done or over. */
  async refresh(session: Session): Promise<void> {
    while (session.state !== 'closing' && !(await this.enter(session))) {
      await this.deps.clock.sleep(RETRY_MS);
    }
  }

  /** Takes sessions in that are about to be told of their membership; undefined: at once. */
  join(sessions: readonly Session[], joining: Joining): Promise<unknown> | undefined {
    const later = sessions.filter((session) => !this.#takeNow(session, joining));
    if (later.length === 0) return undefined;
    return Promise.all(later.map((session) => this.#take(session, joining)));
  }

  /** A session has ended. */
  leave(session: Session): void {
    for (const key of session.large ?? []) {
      const set = this.#sets.get(key);
      if (set === undefined) continue;
      set.sessions.delete(session);
      this.#dropIfEmpty(key, set);
    }
    session.large = null;
    this.#count();
  }

  deliver(item: LargeDeliver): void {
    const set = this.#sets.get(largeKey(item.appId, item.conversationId));
    if (set !== undefined) this.#deliveries.add(set, item);
  }

  /** A group is on its way to be large: all sessions of its members are taken in, then the node says so. */
  async cross({ appId, conversationId }: LargeCrossing): Promise<void> {
    const key = largeKey(appId, conversationId);
    if (this.#crossing.has(key)) return;
    this.#crossing.add(key);
    try {
      if (await this.#takeAll(appId, conversationId)) {
        await this.deps.logic.confirmCrossing({ appId, conversationId });
      }
    } finally {
      this.#crossing.delete(key);
    }
  }

  async #takeAll(appId: string, conversationId: string): Promise<boolean> {
    const { table, logic } = this.deps;
    const users = table.usersOf(appId);
    for (let at = 0; at < users.length; at += CROSSING_USERS) {
      const userIds = users.slice(at, at + CROSSING_USERS);
      const answer = await logic.largeMemberships({ appId, userIds, conversationId });
      if (!('value' in answer)) return false;
      for (const member of answer.value.members) {
        for (const session of table.ofUser(appId, member.userId)) {
          await this.#take(session, member);
        }
      }
    }
    return true;
  }

  /** Takes a session in as far as its membership can be relied on; it is looked at again when leaves have overtaken it. */
  async #take(session: Session, member: Joining): Promise<void> {
    let joining: Joining | undefined = member;
    for (let round = 0; round < MAX_ROUNDS && joining !== undefined; round += 1) {
      if (this.#takeNow(session, joining)) return;
      const set = this.#sets.get(largeKey(session.appId, joining.conversationId));
      if (set?.judge(joining.userId, joining.leaveVersion) === 'behind') {
        await this.#deliveries.catchUp(set);
      } else {
        joining = await this.#lookAgain(session, joining);
      }
    }
    if (joining === undefined) return;
    this.deps.logger.warn({ conversation: joining.conversationId }, 'a membership did not settle');
    this.deps.metrics.largeReloads.inc({ reason: 'unsettled' });
  }

  async #lookAgain(session: Session, { conversationId }: Joining): Promise<Joining | undefined> {
    const { appId, userId } = session;
    const request = { appId, userIds: [userId], conversationId };
    const answer = await this.deps.logic.largeMemberships(request);
    return 'value' in answer ? answer.value.members[0] : undefined;
  }

  /** True: it is in, or over. */
  #takeNow(
    session: Session,
    { userId, conversationId, joinedSeq, leaveVersion }: Joining,
  ): boolean {
    if (session.state === 'closing') return true;
    const key = largeKey(session.appId, conversationId);
    let set = this.#sets.get(key);
    if (set === undefined) {
      set = new LargeSet(session.appId, conversationId, leaveVersion);
      this.#sets.set(key, set);
    } else if (set.judge(userId, leaveVersion) !== 'holds') {
      return false;
    }
    if (!set.sessions.has(session)) (session.large ??= []).push(set.key);
    set.sessions.set(session, joinedSeq);
    this.#count();
    return true;
  }

  /** Everything of a user goes: one stint at a time is known here, and it has ended. */
  #forget(set: LargeSet, userId: string): void {
    const { key } = set;
    for (const session of this.deps.table.ofUser(set.appId, userId)) {
      if (!set.sessions.delete(session)) continue;
      const rest = session.large?.filter((one) => one !== key) ?? [];
      session.large = rest.length === 0 ? null : rest;
    }
    this.#count();
  }

  /** What was known of a group is of no use any more: its sessions are taken in anew and told to pull. */
  async #reload(set: LargeSet): Promise<void> {
    const { key } = set;
    const sessions = [...set.sessions.keys()];
    for (const session of sessions) this.#forget(set, session.userId);
    if (this.#sets.get(key) === set) this.#sets.delete(key);
    await Promise.all(
      sessions.map(async (session) => {
        await this.refresh(session);
        this.#resync(session, set.conversationId);
      }),
    );
  }

  #resync(session: Session, conversationId: string): void {
    if (session.state !== 'connected') return;
    const value = { conversationId, reason: 'reloaded' };
    const { codec } = session.socket;
    this.deps.outboxes.push(session, codec.encode({ item: { $case: 'resync', value } }));
  }

  #dropIfEmpty(key: string, set: LargeSet): void {
    if (set.sessions.size === 0 && this.#sets.get(key) === set) this.#sets.delete(key);
  }

  #count(): void {
    this.deps.metrics.largeGroups.set(this.#sets.size);
  }
}
