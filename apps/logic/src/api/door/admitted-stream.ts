import type { Clock } from '@queqiao/runtime';

/**
 * How often it is asked whether the caller of a stream may still call. With STREAM_ACCOUNT_TTL_MS, how old the answer may be, that
 * is how long a stream goes on after its credential was revoked or its app suspended: below the promised five seconds.
 */
export const STREAM_RECHECK_MS = 2_000;

export interface StreamAdmission {
  readonly clock: Pick<Clock, 'monotonic' | 'setTimer'>;
  /** Rejects when the caller may call no longer. */
  readonly recheck: () => Promise<unknown>;
  readonly signal: AbortSignal;
}

/**
 * The answers of a stream while its caller may call. That is asked whether there are answers or not, and none is passed on while the
 * question is due. What `recheck` rejects with ends the stream, and aborts its signal.
 */
export async function* whileAdmitted<T>(
  open: (signal: AbortSignal) => AsyncIterable<T>,
  { clock, recheck, signal }: StreamAdmission,
): AsyncGenerator<T, void, undefined> {
  const ended = new AbortController();
  const answers = open(AbortSignal.any([signal, ended.signal]))[Symbol.asyncIterator]();
  let dueAt = clock.monotonic() + STREAM_RECHECK_MS;
  try {
    for (;;) {
      const next = answers.next();
      let answer: IteratorResult<T> | undefined;
      do {
        answer = await within(clock, next, dueAt - clock.monotonic());
        if (clock.monotonic() < dueAt) continue;
        dueAt = clock.monotonic() + STREAM_RECHECK_MS;
        await recheck();
      } while (answer === undefined);
      if (answer.done) return;
      yield answer.value;
    }
  } finally {
    ended.abort();
    // Not waited for: it may be reading, and whoever may not call is told so at once.
    answers.return?.().catch(() => undefined);
  }
}

/** Undefined: not within `ms`. */
function within<T>(
  clock: Pick<Clock, 'setTimer'>,
  answer: Promise<T>,
  ms: number,
): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const timer = clock.setTimer(ms, () => resolve(undefined), { unref: true });
    answer.then(resolve, reject).finally(() => timer.cancel());
  });
}
