import { createServer } from 'node:net';

/**
 * Below the range from which Linux and macOS take the ports of outgoing connections: a server that
 * is killed and started again later must find its port still free.
 */
const FIRST = 18_000;
const LAST = 31_999;

const givenOut = new Set<number>();

/**
 * A port on 127.0.0.1 on which nobody listens, never the same one twice in this process. Another
 * process can still take it first, so whoever listens on it must handle a taken port.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 1_000; attempt += 1) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST + 1));
    if (givenOut.has(port)) continue;
    givenOut.add(port);
    if (await isPortFree(port)) return port;
  }
  throw new Error(`no free port between ${FIRST} and ${LAST} on 127.0.0.1`);
}

/** True when a listener on 127.0.0.1 could take this port now. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      probe.close(() => resolve(true));
    });
  });
}
