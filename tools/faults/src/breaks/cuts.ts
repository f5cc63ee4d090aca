import type { TcpProxy } from '@queqiao/testkit';
import type { Choices } from '@queqiao/e2e';

/**
 * Cuts a share of the database connections that send a COMMIT: at once after it was passed on, or when the answer comes, which
 * is then lost. Returns the undoing.
 */
export function cutAfterCommit(proxy: TcpProxy, choices: Choices, share: number): () => void {
  const awaiting = new Set<number>();
  proxy.judge = (direction, chunk, connection) => {
    if (direction === 'down') return awaiting.delete(connection) ? 'cut' : 'pass';
    if (!endsWithCommit(chunk) || choices.next() >= share) return 'pass';
    if (choices.next() < 0.5) return 'pass-and-cut';
    awaiting.add(connection);
    return 'pass';
  };
  return () => (proxy.judge = () => 'pass');
}

/** Cuts a share of the database connections that send a COMMIT before the database hears of it. Returns the undoing. */
export function cutBeforeCommit(proxy: TcpProxy, choices: Choices, share: number): () => void {
  proxy.judge = (direction, chunk) => {
    const hit = direction === 'up' && endsWithCommit(chunk) && choices.next() < share;
    return hit ? 'cut' : 'pass';
  };
  return () => (proxy.judge = () => 'pass');
}

/** Cuts device connections when something is on its way to the device, such as the answer to a send. Returns the undoing. */
export function cutAnswers(proxy: TcpProxy, choices: Choices, share: number): () => void {
  proxy.judge = (direction) => (direction === 'down' && choices.next() < share ? 'cut' : 'pass');
  return () => (proxy.judge = () => 'pass');
}

function endsWithCommit(chunk: Buffer): boolean {
  return /commit$/i.test(chunk.subarray(-8).toString('latin1'));
}
