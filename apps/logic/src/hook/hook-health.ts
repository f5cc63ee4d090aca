import type { AppId } from '@queqiao/domain';
import {
  counterIn,
  gaugeIn,
  type Clock,
  type Counter,
  type Gauge,
  type Logger,
  type Registry,
  type Timer,
} from '@queqiao/runtime';
import type { BeforeSendHook, HookNote, HookRows } from './ports.js';

/** Between two notes of one node about one app's hook: a hook that fails every question costs no write for each. */
export const HOOK_NOTE_PAUSE_MS = 10_000;
/** Apps at one node whose hook failed last, or was noted within the pause. */
export const HOOK_NOTE_MAX_APPS = 1_000;

export interface HookHealthDeps {
  readonly rows: HookRows;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Registry;
}

interface Watched {
  updatedMs: number;
  /** Since the last note. */
  failures: number;
  lastFailureMs: number;
  lastError: string;
  lastRecoveryMs: number;
  isFailing: boolean;
  isChanged: boolean;
  pause: Timer | undefined;
}

/**
 * Notes where an app's back end can see it how its hook is doing: the first failure at once, what follows at most once in
 * HOOK_NOTE_PAUSE_MS, and that it answers again. A hook that answers is never written about. What a node has not noted when it ends
 * is lost.
 */
export class HookHealth {
  readonly #watched = new Map<AppId, Watched>();
  readonly #gauge: Gauge;
  readonly #unnoted: Counter;

  constructor(private readonly deps: HookHealthDeps) {
    this.#gauge = gaugeIn(deps.metrics, {
      name: 'queqiao_before_send_failing',
      help: 'Apps whose before-send hook has failed lately at this node',
    });
    this.#unnoted = counterIn(deps.metrics, {
      name: 'queqiao_before_send_unnoted_total',
      help: 'Failures of before-send hooks that their apps do not see: too many at a time, or the database did not answer',
    });
  }

  failed(appId: AppId, { updatedMs }: Pick<BeforeSendHook, 'updatedMs'>, error: string): void {
    const watched = this.#watch(appId);
    if (watched === undefined) return this.#unnoted.inc();
    // What another one came to says nothing of the one that is set by now.
    if (watched.updatedMs !== updatedMs) Object.assign(watched, noFacts(updatedMs));
    watched.failures += 1;
    watched.lastFailureMs = this.deps.clock.now();
    watched.lastError = error;
    watched.isFailing = true;
    this.#changed(appId, watched);
  }

  answered(appId: AppId, { updatedMs }: Pick<BeforeSendHook, 'updatedMs'>): void {
    const watched = this.#watched.get(appId);
    if (!watched?.isFailing || watched.updatedMs !== updatedMs) return;
    watched.lastRecoveryMs = this.deps.clock.now();
    watched.isFailing = false;
    this.#changed(appId, watched);
  }

  /** Undefined: there is no room for another one. */
  #watch(appId: AppId): Watched | undefined {
    const known = this.#watched.get(appId);
    if (known !== undefined) return known;
    if (this.#watched.size >= HOOK_NOTE_MAX_APPS && !this.#forgetQuiet()) return undefined;
    const fresh = { ...noFacts(0), pause: undefined };
    this.#watched.set(appId, fresh);
    this.#gauge.set(this.#watched.size);
    return fresh;
  }

  /** One that has failed, and was asked nothing since. That it answers again will not be noted. */
  #forgetQuiet(): boolean {
    for (const [appId, { pause }] of this.#watched) {
      if (pause === undefined) return this.#watched.delete(appId);
    }
    return false;
  }

  #changed(appId: AppId, watched: Watched): void {
    watched.isChanged = true;
    if (watched.pause === undefined) this.#note(appId, watched);
  }

  #note(appId: AppId, watched: Watched): void {
    const { updatedMs, failures, lastFailureMs, lastError, lastRecoveryMs } = watched;
    Object.assign(watched, { failures: 0, isChanged: false });
    watched.pause = this.deps.clock.setTimer(HOOK_NOTE_PAUSE_MS, () => this.#resume(appId), {
      unref: true,
    });
    void this.#write(appId, { updatedMs, failures, lastFailureMs, lastError, lastRecoveryMs });
  }

  #resume(appId: AppId): void {
    const watched = this.#watched.get(appId);
    if (watched === undefined) return;
    watched.pause = undefined;
    if (watched.isChanged) this.#note(appId, watched);
    else if (!watched.isFailing) this.#watched.delete(appId);
    this.#gauge.set(this.#watched.size);
  }

  async #write(appId: AppId, note: HookNote): Promise<void> {
    try {
      await this.deps.rows.note(appId, note);
    } catch (error) {
      this.#unnoted.inc(note.failures);
      const reason = error instanceof Error ? error.name : typeof error;
      this.deps.logger.warn({ reason }, 'how a before-send hook is doing could not be noted');
    }
  }
}

function noFacts(updatedMs: number) {
  const times = { updatedMs, lastFailureMs: 0, lastRecoveryMs: 0 };
  return { ...times, failures: 0, lastError: '', isFailing: false, isChanged: false };
}
