/** A shop's back end: gives customers tokens, tells them about their orders, and hears what happens in chats. */
import { createServer, type IncomingMessage } from 'node:http';
import { Chat } from './chat.js';
import { followEvents } from './events.js';
import { verifyWebhook } from './webhook.js';

const { CHAT_ADDRESS = '127.0.0.1:9092', CHAT_CURSOR_FILE = 'cursor', PORT = '8080' } = process.env;
const chat = new Chat(CHAT_ADDRESS, needed('CHAT_CREDENTIAL'));
await chat.openAccount();

/** `POST /login?user=alice`: a token. Who asks is taken at their word here; you know your users by their sessions. */
async function login(query: URLSearchParams): Promise<string> {
  return chat.issueToken(query.get('user') ?? '');
}

/** `POST /orders?user=alice&order=1001`: the customer gets one message, however often this is repeated. */
async function order(query: URLSearchParams): Promise<string> {
  const number = query.get('order') ?? '';
  const text = `Your order ${number} has left`;
  return chat.tell(query.get('user') ?? '', `order-${number}`, text);
}

/** `POST /webhook`: what happened, told by the server. Whatever did not come from it is refused. */
async function webhook(request: IncomingMessage): Promise<string> {
  const body = await bodyOf(request);
  verifyWebhook(needed('CHAT_WEBHOOK_SECRET'), request.headers, body);
  console.log(`webhook ${String(request.headers['webhook-id'])} ${body}`);
  return '';
}

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const answer = (): Promise<string> => {
    if (pathname === '/login') return login(searchParams);
    if (pathname === '/orders') return order(searchParams);
    if (pathname === '/webhook') return webhook(request);
    return Promise.reject(new Error('no such page'));
  };
  answer().then(
    (text) => response.end(`${text}\n`),
    (error: Error) => response.writeHead(400).end(`${error.message}\n`),
  );
});
server.listen(Number(PORT), '127.0.0.1', () => console.log(`listening on port ${PORT}`));

await followEvents(chat, CHAT_CURSOR_FILE, ({ entry }) => {
  const body = entry?.content?.body;
  const text = body?.$case === 'text' ? body.value.text : '';
  console.log(`event ${entry?.conversationId} ${entry?.seq} ${text}`);
});

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function needed(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}
