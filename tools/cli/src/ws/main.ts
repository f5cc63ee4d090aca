/** A bare interactive client: one WebSocket, JSON in and out. */
import { createInterface } from 'node:readline';
import { JsonSocket } from './json-socket.js';
import { HELP, Shortcuts } from './shortcuts.js';
import { parseWsArguments, USAGE, type WsArguments } from './ws-arguments.js';

/** Replies that are still expected when the input ends are waited for this long. */
const LAST_REPLIES_MS = 5_000;

async function tokenOf(credential: WsArguments['credential']): Promise<string> {
  if ('token' in credential) return credential.token;
  const response = await fetch(new URL('/api/sign-in', credential.web), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: credential.as }),
  });
  const answer = (await response.json().catch(() => ({}))) as { token?: string; error?: unknown };
  if (answer.token !== undefined) return answer.token;
  throw new Error(`${credential.web} answered ${response.status}: ${JSON.stringify(answer)}`);
}

async function readLines(socket: JsonSocket, say: (text: string) => void): Promise<void> {
  const shortcuts = new Shortcuts();
  const lines = createInterface({ input: process.stdin, terminal: false });
  void socket.ended.then(() => lines.close());
  for await (const text of lines) {
    const line = shortcuts.read(text);
    if (line === undefined) continue;
    if ('quit' in line) break;
    if ('say' in line) say(line.say);
    else socket.send(line.send);
  }
  lines.close();
}

async function run(args: WsArguments): Promise<number> {
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  const socket = new JsonSocket({
    url: args.url,
    token: await tokenOf(args.credential),
    device: args.device,
    generation: Date.now(),
    onItem: (item) => void process.stdout.write(`${JSON.stringify(item)}\n`),
  });
  try {
    await socket.connected;
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    return 1;
  }
  if (process.stdin.isTTY) say(HELP);
  await readLines(socket, say);
  await socket.idle(LAST_REPLIES_MS);
  socket.close();
  const end = await socket.ended;
  if (end.code === 1000 || end.code === 1005) return 0;
  say(`closed with ${end.code} ${end.reason}`);
  return 1;
}

try {
  const args = parseWsArguments(process.argv.slice(2));
  if (args.help) process.stdout.write(`${USAGE}\n`);
  else process.exitCode = await run(args);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}\n`);
  process.exitCode = 2;
}
