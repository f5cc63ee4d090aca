/**
 * A receiver of webhooks that keeps what it gets in a file: `receiver.ts <port> <file>`. It answers 204 when the file has it for good,
 * so that whatever it has answered is there, however it ends.
 */
import { openSync } from 'node:fs';
import { fsync, write } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { promisify } from 'node:util';

const [port = '', file = ''] = process.argv.slice(2);
const log = openSync(file, 'a');
const writeAll = promisify(write);
const flush = promisify(fsync);

interface Waiting {
  readonly line: string;
  readonly response: ServerResponse;
}
let waiting: Waiting[] = [];
let isKeeping = false;

/** Those that came meanwhile are kept together. */
async function keep(): Promise<void> {
  if (isKeeping) return;
  isKeeping = true;
  while (waiting.length > 0) {
    const batch = waiting;
    waiting = [];
    // A kill may have left half a line.
    await writeAll(log, batch.map(({ line }) => `\n${line}\n`).join(''));
    await flush(log);
    for (const { response } of batch) response.writeHead(204).end();
  }
  isKeeping = false;
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks).toString();
    const { headers } = request;
    const record = {
      id: headers['webhook-id'],
      timestamp: headers['webhook-timestamp'],
      signature: headers['webhook-signature'],
      atMs: Date.now(),
      body,
    };
    waiting.push({ line: JSON.stringify(record), response });
    void keep();
  });
});
server.listen(Number(port), '127.0.0.1', () => process.stdout.write('ready\n'));
