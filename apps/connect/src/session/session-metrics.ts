import { CLOSE_CODES } from '@queqiao/domain';
import { counterIn, gaugeIn, type Counter, type Gauge, type Registry } from '@queqiao/runtime';

const SERVER_CODES = new Set<number>(Object.values(CLOSE_CODES));

/** Counts of what sessions do. Labels are closed sets: never an app, a user or anything a device can choose. */
export class SessionMetrics {
  readonly sessions: Gauge<'codec'>;
  readonly opens: Gauge;
  readonly calls: Gauge;
  readonly outboxBytes: Gauge;
  readonly items: Counter<'direction'>;
  readonly frames: Counter<'direction'>;
  readonly bytes: Counter<'direction'>;
  readonly slowConsumers: Counter;
  readonly silent: Counter;
  readonly holds: Counter<'reason'>;
  readonly heldSessions: Gauge;
  readonly revocationAnswers: Counter<'outcome'>;
  readonly revokedSessions: Counter<'when'>;
  readonly rememberedRevocations: Gauge;
  readonly forgottenRevocations: Counter;
  readonly acks: Counter;
  readonly droppedAcks: Counter<'reason'>;
  readonly failedAckCalls: Counter;
  readonly pendingAcks: Gauge;
  readonly refusedCalls: Counter<'reason'>;
  readonly registrations: Counter<'outcome'>;
  readonly pendingRegistrations: Gauge;
  readonly kicks: Counter<'outcome'>;
  readonly largeGroups: Gauge;
  readonly largeQuestions: Counter<'outcome'>;
  readonly largeReloads: Counter<'reason'>;
  readonly #closes: Counter<'code'>;

  constructor(registry: Registry) {
    const gauge = <L extends string>(name: string, help: string, labelNames: L[] = []) =>
      gaugeIn(registry, { name: `queqiao_connect_${name}`, help, labelNames });
    const counter = <L extends string>(name: string, help: string, labelNames: L[] = []) =>
      counterIn(registry, { name: `queqiao_connect_${name}_total`, help, labelNames });
    this.sessions = gauge('sessions', 'Signed-in sessions', ['codec']);
    this.opens = gauge('session_opens', 'Session opens in flight');
    this.calls = gauge('calls', 'Calls of devices in flight');
    this.outboxBytes = gauge('outbox_bytes', 'Bytes that leave at the end of this turn');
    this.items = counter('items', 'Items', ['direction']);
    this.frames = counter('frames', 'WebSocket messages', ['direction']);
    this.bytes = counter('bytes', 'Bytes of WebSocket messages', ['direction']);
    this.slowConsumers = counter('slow_consumers', 'Sockets closed because they do not read');
    this.silent = counter('silent_closes', 'Sockets closed because they were silent');
    this.holds = counter('holds', 'Times that writing to sockets was held back', ['reason']);
    this.heldSessions = gauge('held_sessions', 'Sessions with items that are held back');
    this.revocationAnswers = counter('revocation_answers', 'Questions about sign-outs', [
      'outcome',
    ]);
    this.revokedSessions = counter('revoked_sessions', 'Sessions ended by a sign-out', ['when']);
    this.rememberedRevocations = gauge('remembered_revocations', 'Sign-outs of the last minutes');
    this.forgottenRevocations = counter('forgotten_revocations', 'Sign-outs forgotten too early');
    this.acks = counter('acks', 'Acks of devices');
    this.droppedAcks = counter('dropped_acks', 'Acks that were not passed on', ['reason']);
    this.failedAckCalls = counter('failed_ack_calls', 'Calls with acks that will be made again');
    this.pendingAcks = gauge('pending_acks', 'Acks that wait to be passed on');
    this.refusedCalls = counter('refused_calls', 'Calls refused here', ['reason']);
    this.registrations = counter('registrations', 'Registrations by outcome', ['outcome']);
    this.pendingRegistrations = gauge('pending_registrations', 'Sessions to be registered again');
    this.kicks = counter('kicks', 'Evicted sessions on other nodes, by outcome', ['outcome']);
    this.largeGroups = gauge('large_groups', 'Large groups with sessions here');
    this.largeQuestions = counter('large_questions', 'Questions about who left large groups', [
      'outcome',
    ]);
    this.largeReloads = counter('large_reloads', 'Large groups or members taken in anew', [
      'reason',
    ]);
    this.#closes = counter('closes', 'Closed sockets; other codes come from the device', ['code']);
  }

  /** Codes that devices choose share one label. */
  closed(code: number): void {
    const label = SERVER_CODES.has(code) || code === 1006 ? String(code) : 'device';
    this.#closes.inc({ code: label });
  }
}
