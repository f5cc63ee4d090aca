import { DomainError } from '@queqiao/domain';
import { counterIn, type Clock, type Registry } from '@queqiao/runtime';
import type { AppRules, Apps } from '../usecase/app/ports.js';
import type { CallContext } from '../usecase/caller.js';
import { CLIENT_READ_PATHS } from './client-reads.js';
import { METHOD_SCOPES } from './door/method-scopes.js';
import {
  CallTurns,
  MAX_CHANGES,
  MAX_CHANGES_IN_COMPANY,
  MAX_CHANGES_PER_APP,
  MAX_READS,
  MAX_READS_PER_APP,
} from './call-turns.js';
import { Company } from './company.js';

/** Calls of one app that run at a node at once. Above it: RATE_LIMITED, so that they do not wait in the way of others. */
export const MAX_CALLS_PER_APP = 2_000;
/** What a user or a credential may do at once after a quiet time, in seconds of its limit. */
export const BURST_SECONDS = 10;
/** The same for all of an app: short, because it is what others may notice. */
export const APP_BURST_SECONDS = 2;
/** Hint to calls beyond MAX_CALLS_PER_APP. */
const CROWDED_RETRY_MS = 500;

export interface RateDemand {
  readonly scope: 'user' | 'app' | 'credential' | 'address';
  readonly key: string;
  readonly limit: { readonly perSecond: number; readonly burst: number };
}

/** Decides at once, without asking anybody. */
export interface Rates {
  /** Takes from all or none; null: taken. `retryAfterMs` is above 0. */
  take(
    demands: readonly RateDemand[],
  ): { readonly scope: string; readonly retryAfterMs: number } | null;
}

export interface CallAdmissionDeps {
  readonly apps: Apps;
  readonly rates: Rates;
  readonly clock: Pick<Clock, 'monotonic' | 'setTimer'>;
  readonly metrics: Registry;
}

export interface AdmittedWork<T> {
  /** Reads what says whether the caller may call at all. */
  readonly confirm?: (() => Promise<unknown>) | undefined;
  /** In its turn. */
  readonly carryOut: () => Promise<T>;
  /** What the answer has to wait for when all is done; in nobody's way. */
  readonly settle?: () => Promise<void>;
}

const READS = { kind: 'read', all: MAX_READS, perApp: MAX_READS_PER_APP } as const;
const CHANGES = {
  kind: 'change',
  all: MAX_CHANGES,
  perApp: MAX_CHANGES_PER_APP,
  inCompany: MAX_CHANGES_IN_COMPANY,
} as const;
/** What waits in the queues of the append and import writers, where apps take turns too, and not for a connection of the pool. */
const APPENDS = /\.(?:MessageService|ImportService)\/(?!DeleteForMe$)/;

type RateName = keyof AppRules & `${string}PerSecond`;

/**
 * Whether a call may be carried out now, the same for every door: the rates of its user or credential and of its app, and how
 * many calls of the app are being carried out; and whose turn it is. A refusal leaves open whether an earlier attempt of the same
 * call was carried out: nobody has looked.
 */
export class CallAdmission {
  readonly #deps: CallAdmissionDeps;
  readonly #running = new Map<string, number>();
  readonly #company: Company;
  readonly #reads: CallTurns;
  readonly #changes: CallTurns;
  readonly #crowded;

  constructor(deps: CallAdmissionDeps) {
    this.#deps = deps;
    this.#company = new Company(deps.clock);
    const hasCompany = (appId: string): boolean => this.#company.has(appId);
    this.#reads = new CallTurns(READS, { ...deps, hasCompany });
    this.#changes = new CallTurns(CHANGES, { ...deps, hasCompany });
    this.#crowded = counterIn(deps.metrics, {
      name: 'queqiao_api_crowded_total',
      help: 'Calls refused because too many of their app were in flight',
    });
  }

  /** Rejects with RATE_LIMITED, else with whatever parts of the work reject with; one that is refused here comes to none of them. */
  async run<T>(
    path: string,
    context: CallContext,
    { confirm, carryOut, settle }: AdmittedWork<T>,
  ): Promise<T> {
    const { appId } = context;
    await this.admit(path, context);
    if (confirm !== undefined) {
      this.#refuseCrowd(appId);
      await confirm();
    }
    const running = this.#refuseCrowd(appId);
    this.#running.set(appId, running + 1);
    try {
      const turns = this.#turnsOf(path);
      const answer = await (turns ? turns.run(appId, context.signal, carryOut) : carryOut());
      await settle?.();
      return answer;
    } finally {
      const left = (this.#running.get(appId) ?? 1) - 1;
      if (left > 0) this.#running.set(appId, left);
      else this.#running.delete(appId);
    }
  }

  /** How many run. */
  #refuseCrowd(appId: string): number {
    const running = this.#running.get(appId) ?? 0;
    if (running < MAX_CALLS_PER_APP) return running;
    this.#crowded.inc();
    throw rateLimited('MAX_CALLS_PER_APP', CROWDED_RETRY_MS);
  }

  #turnsOf(path: string): CallTurns | undefined {
    if (isRead(path)) return this.#reads;
    return APPENDS.test(path) ? undefined : this.#changes;
  }

  /** The rates alone, for what goes on for long. */
  async admit(path: string, context: CallContext): Promise<void> {
    const { appId, caller } = context;
    // An app that does not exist is refused by others, for better reasons.
    const rules = (await this.#deps.apps.app(appId))?.settings;
    if (rules === undefined) return;
    const [what, own, all] = isRead(path)
      ? (['r', 'userReadsPerSecond', 'appReadsPerSecond'] as const)
      : (['w', 'userWritesPerSecond', 'appWritesPerSecond'] as const);
    const names: RateName[] = [];
    const demands: RateDemand[] = [];
    const add = (scope: RateDemand['scope'], name: RateName, key: string, seconds: number) => {
      const perSecond = rules[name];
      if (perSecond === 0) return;
      names.push(name);
      demands.push({ scope, key, limit: { perSecond, burst: perSecond * seconds } });
    };
    const credentialId = caller.kind === 'business' ? caller.credentialId : context.credentialId;
    if (credentialId !== undefined) {
      const key = `c:${appId}:${credentialId}`;
      add('credential', 'credentialCallsPerSecond', key, BURST_SECONDS);
    } else if (caller.kind === 'user') {
      add('user', own, `${what}:u:${appId}:${caller.userId}`, BURST_SECONDS);
    }
    add('app', all, `${what}:a:${appId}`, APP_BURST_SECONDS);
    const refusal = this.#deps.rates.take(demands);
    if (refusal === null) return this.#company.note(appId);
    const at = demands.findIndex(({ scope }) => scope === refusal.scope);
    throw rateLimited(names[at] ?? all, refusal.retryAfterMs);
  }
}

function isRead(path: string): boolean {
  return CLIENT_READ_PATHS.has(path) || METHOD_SCOPES.get(path) === 'read';
}

function rateLimited(field: string, retryAfterMs: number): DomainError {
  return new DomainError('RATE_LIMITED', `too many calls: ${field}`, { field, retryAfterMs });
}
