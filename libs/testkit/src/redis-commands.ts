import { connect } from 'node:net';

/** Empties a Redis, as an operator's mistake would. Rejects when it does not say OK. */
export async function flushRedis(url: string): Promise<void> {
  const answer = await command(url, 'FLUSHALL');
  if (!answer.startsWith('+OK')) throw new Error(`FLUSHALL answered ${answer}`);
}

/** How many keys one Redis holds. */
export async function countRedisKeys(url: string): Promise<number> {
  const answer = await command(url, 'DBSIZE');
  if (!/^:\d+\r\n/.test(answer)) throw new Error(`DBSIZE answered ${answer}`);
  return Number(answer.slice(1));
}

function command(url: string, line: 'FLUSHALL' | 'DBSIZE'): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(`${line}\r\n`));
    socket.once('error', reject);
    socket.once('data', (answer) => {
      socket.destroy();
      resolve(answer.toString());
    });
  });
}
