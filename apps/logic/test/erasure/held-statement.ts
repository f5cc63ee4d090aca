import { eventually, TcpProxy } from '@queqiao/testkit';

const LOCKS = /\bfor update\b/i;

/**
 * Stands between a node and its database, and stops a call at its first statement that locks something: it was let in, and comes to
 * its transaction as late as a test wants. Other connections go on.
 */
export class HeldStatement {
  private constructor(
    readonly url: string,
    private readonly proxy: TcpProxy,
  ) {}

  static async start(url: string): Promise<HeldStatement> {
    const { hostname, port } = new URL(url);
    const proxy = await TcpProxy.start({ host: hostname, port: Number(port) });
    return new HeldStatement(proxy.through(url), proxy);
  }

  /** Begins `work`, and resolves with it when the statement that locks `what`, or does with it what `does` says, is held. */
  async untilHeld<T>(
    what: string,
    work: () => Promise<T>,
    does = LOCKS,
  ): Promise<{ readonly late: Promise<T> }> {
    let held = false;
    this.proxy.judge = (direction, chunk) => {
      if (held || direction === 'down') return 'pass';
      const sql = chunk.toString('latin1');
      held = does.test(sql) && sql.includes(what);
      return held ? 'hold' : 'pass';
    };
    const late = work();
    const early = late.then(() => Promise.reject(new Error('the call was not held')));
    await Promise.race([early, eventually(`a statement about ${what} is held`, () => held)]);
    // Who fails later is awaited by the test.
    early.catch(() => undefined);
    return { late };
  }

  letGo(): void {
    this.proxy.letGo();
  }

  stop(): Promise<void> {
    return this.proxy.stop();
  }
}
