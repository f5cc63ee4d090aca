/**
 * A before-send hook that does what the first word of a message says, and keeps what it is asked in a file: `judge.ts <port> <file>`.
 * What it has kept was there before it answered, however it ends.
 */
import { appendFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

const [port = '', file = ''] = process.argv.slice(2);
const MIB = 1024 * 1024;

type Answer = (response: ServerResponse, rest: string) => void;

const json = (body: string, status = 200): Answer => {
  return (response) => void response.writeHead(status).end(body);
};
const allow = json('{"allow":true}');
const refuse: Answer = (response, message) => {
  response.end(JSON.stringify({ allow: false, message }));
};

const answers: Readonly<Record<string, Answer>> = {
  pass: allow,
  refuse,
  /** Half of a pair, which is JSON and no text. */
  half: json('{"allow":false,"message":"\\ud83d is half"}'),
  later: (response, rest) => void setTimeout(() => allow(response, rest), 500),
  hang: () => undefined,
  cut: (response) => void response.socket?.destroy(),
  error: json('{"allow":true}', 500),
  nothing: json('', 204),
  garbage: json('yes'),
  list: json('[true]'),
  null: json('{"allow":null}'),
  huge: (response) => void response.end(`{"allow":true}${' '.repeat(MIB)}`),
  broken: (response) => void response.writeHead(200, { 'content-length': '99' }).end('{"allow"'),
  redirect: (response) => void response.writeHead(307, { location: '/elsewhere' }).end(),
  drip(response) {
    response.writeHead(200);
    const timer = setInterval(() => response.write(' '), 20);
    response.on('close', () => clearInterval(timer));
  },
};

const seen = new Set<string>();
/** Hangs when it is asked about a message for the first time. */
const once: Answer = (response, rest) => {
  if (seen.has(rest)) allow(response, rest);
  seen.add(rest);
};

function judge(request: IncomingMessage, body: string, response: ServerResponse): void {
  const { headers, url } = request;
  const record = {
    path: url,
    id: headers['webhook-id'],
    timestamp: headers['webhook-timestamp'],
    signature: headers['webhook-signature'],
    atMs: Date.now(),
    body,
  };
  // A kill may have left half a line.
  appendFileSync(file, `\n${JSON.stringify(record)}\n`);
  const { content } = JSON.parse(body) as { content: { text?: { text: string } } };
  const [word = '', ...rest] = (content.text?.text ?? '').split(' ');
  const answer = word === 'once' ? once : (answers[word] ?? allow);
  answer(response, rest.join(' '));
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => judge(request, Buffer.concat(chunks).toString(), response));
});
server.listen(Number(port), '127.0.0.1', () => process.stdout.write('ready\n'));
