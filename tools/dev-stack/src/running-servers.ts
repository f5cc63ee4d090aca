/** What the registry needs to know of a server. */
interface Stoppable {
  stop(): Promise<void>;
  endNow(): void;
}

const running = new Set<Stoppable>();
let hooked = false;

/** Notes a server that this process started, so that it is ended with the process. */
export function remember(server: Stoppable): void {
  running.add(server);
  if (hooked) return;
  hooked = true;
  process.once('exit', () => {
    for (const each of running) each.endNow();
  });
}

export function forget(server: Stoppable): void {
  running.delete(server);
}

/** Stops every server that this process started and has not stopped yet. Idempotent. */
export async function stopAll(): Promise<void> {
  await Promise.all([...running].map((server) => server.stop()));
}

/**
 * Makes Ctrl-C and SIGTERM stop all servers and then end this process with the signal's usual exit
 * code. For tools that have nothing of their own to do at that moment; others call stopAll().
 */
export function stopAllOnSignals(): void {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    process.once(signal, () => {
      void stopAll().finally(() => process.exit(code));
    });
  }
}
