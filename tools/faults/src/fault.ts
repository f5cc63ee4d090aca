import type { Crowd } from '@queqiao/e2e';
import type { FaultRig } from './rig.js';

export type Mode = 'quick' | 'long';

/**
 * What has to be true of messages that are begun while something is broken. `acks`: some are acknowledged while it lasts, early
 * and late. `none`: not one is. `any`: it is too short, or too wild, to say.
 */
export type During = 'acks' | 'none' | 'any';

export interface Scene {
  readonly rig: FaultRig;
  readonly crowd: Crowd;
  /** How long what lasts is to last, in milliseconds. */
  readonly holdMs: number;
  /** Runs the work as the time in which the system is broken, of which `during` speaks. */
  readonly broken: (work: () => unknown) => Promise<void>;
  /** To be called at the moment from which recovery counts; without a call that is the end of the fault. */
  readonly healed: () => void;
}

export interface Fault {
  readonly name: string;
  /** Part of the quick run. */
  readonly quick: boolean;
  /** From healing to the first acknowledgement and to every device having what was there when it was healed. */
  readonly recoverMs: number;
  /** Long runs: nearly all (99 of 100) of the devices that lost their connection have everything again by then. */
  readonly p99Ms?: number;
  readonly during: During;
  /**
   * The others have to serve: what is sent while it lasts is acknowledged and on every device within `recoverMs`. It has to
   * last longer than that.
   */
  readonly servedMeanwhile?: true;
  /** Nobody's socket is closed by it. */
  readonly socketsStay?: true;
  /** How long it lasts, when that is not as long as the others. */
  readonly lastsMs?: Readonly<Record<Mode, number>>;
  readonly run: (scene: Scene) => Promise<void>;
}

const HOLD_MS = { quick: 2_000, long: 6_000 };
/** A quick run runs beside other tests, so it only tells late from never. */
const QUICK_RECOVER_MS = 90_000;
/** For what has to be over while the fault lasts: never is as long as most of it. */
const QUICK_SHARE = 0.8;

export function holdOf(fault: Fault, mode: Mode): number {
  return (fault.lastsMs ?? HOLD_MS)[mode];
}

/** What recovery may take. */
export function limitOf(fault: Fault, mode: Mode): number {
  if (mode === 'long') return fault.recoverMs;
  return fault.servedMeanwhile ? QUICK_SHARE * holdOf(fault, mode) : QUICK_RECOVER_MS;
}
