export interface Timer {
  /** Idempotent; a cancelled timer never fires again. */
  cancel(): void;
}

export interface TimerOptions {
  /** True: the timer alone does not keep the process alive. */
  readonly unref?: boolean;
}

/** The only source of time. Everything that waits or measures takes one, so that tests can turn it by hand. */
export interface Clock {
  /** Wall time in milliseconds since the Unix epoch. It can jump; never measure durations with it. */
  now(): number;
  /** Milliseconds from an arbitrary origin; never goes back. */
  monotonic(): number;
  /** Calls `fn` once after `ms`; a negative delay counts as 0, and delays above 24.8 days are kept exactly. */
  setTimer(ms: number, fn: () => void, options?: TimerOptions): Timer;
  /** Calls `fn` again and again with `ms` (at least 1) between; missed turns are not made up for. */
  every(ms: number, fn: () => void, options?: TimerOptions): Timer;
  /** Resolves after `ms`; rejects with the reason of `signal` as soon as that is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Longest delay that Node's timers keep; a longer one would fire at once. */
const MAX_NATIVE_DELAY_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer: (ms, fn, options) => nativeTimer(ms, fn, options),
  every(ms, fn, options) {
    const handle = setInterval(fn, Math.max(1, Math.min(ms, MAX_NATIVE_DELAY_MS)));
    if (options?.unref) handle.unref();
    return { cancel: () => clearInterval(handle) };
  },
  sleep: (ms, signal) => sleepOn(systemClock, ms, signal),
};

/** A clock whose wall time is `offsetMs` away from that of `base`; durations are the same. */
export function offsetClock(offsetMs: number, base: Clock = systemClock): Clock {
  return {
    now: () => base.now() + offsetMs,
    monotonic: () => base.monotonic(),
    setTimer: (ms, fn, options) => base.setTimer(ms, fn, options),
    every: (ms, fn, options) => base.every(ms, fn, options),
    sleep: (ms, signal) => base.sleep(ms, signal),
  };
}

/** `sleep` in terms of `setTimer`, for writers of clocks. */
export function sleepOn(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(abortReason(signal));
      return;
    }
    const onAbort = (): void => {
      timer.cancel();
      reject(abortReason(signal));
    };
    const timer = clock.setTimer(ms, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

function abortReason(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : new Error('aborted', { cause: reason });
}

function nativeTimer(ms: number, fn: () => void, options?: TimerOptions): Timer {
  let handle: NodeJS.Timeout;
  const arm = (leftMs: number): void => {
    const stepMs = Math.min(Math.max(0, leftMs), MAX_NATIVE_DELAY_MS);
    handle = setTimeout(
      () => (leftMs > stepMs && stepMs > 0 ? arm(leftMs - stepMs) : fn()),
      stepMs,
    );
    if (options?.unref) handle.unref();
  };
  arm(ms);
  return { cancel: () => clearTimeout(handle) };
}
