import 'fake-indexeddb/auto';
import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { afterEach, expect, it, vi } from 'vitest';
import * as sdk from '../../src/index.js';
import { FakeServer } from '../fakes/fake-server.js';

const CODE_BLOCK = /```ts\n([^]*?)```/g;

/** The examples one after the other, as one script: types and imports become what a function body can hold. */
function script(): string {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const blocks = [...readme.matchAll(CODE_BLOCK)].map(([, code = '']) => code);
  expect(blocks).toHaveLength(15);
  const source = blocks
    .join('\n')
    .replaceAll(/import (\{[^}]*\}) from '@queqiao\/sdk';/g, 'const $1 = sdk;');
  const options = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
  return ts.transpileModule(source, { compilerOptions: options }).outputText;
}

afterEach(() => vi.unstubAllGlobals());

it('the examples of the README run', async () => {
  const server = new FakeServer();
  server.fault = (method, { affinity }) =>
    method === 'Send' && affinity.includes('mallory') ? { error: 'BLOCKED' } : undefined;
  server.groups.groups.asked.add('erin');
  server.log.createConversation('d:alice:bob', { alice: 0, bob: 0 });
  for (let n = 0; n < 3; n += 1) server.say('d:alice:bob', 'bob', `old ${n}`);
  server.people.ask('bob', 'alice', 'Remember me?');
  // Called with `new`: a constructor that returns an object gives that object.
  vi.stubGlobal('WebSocket', function open(url: string, protocols: string[]) {
    return server.webSocket(url, protocols);
  });
  vi.stubGlobal('fetch', () =>
    Promise.resolve({ json: () => Promise.resolve({ token: 'alice' }) }),
  );
  const kept = new Map<string, string>();
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  };

  const lines: string[] = [];
  const banners: string[] = [];
  const marks: string[] = [];
  const shown: number[] = [];
  const page = {
    sdk: {
      ...sdk,
      createClient: (options: sdk.ClientOptions) => {
        client = sdk.createClient(options);
        return client;
      },
    },
    localStorage: storage,
    log: (line: string) => lines.push(line),
    banner: (text: string) => banners.push(text),
    mark: (_id: string, sign: string) => marks.push(sign),
    show: (entry: sdk.Entry) => shown.push(entry.seq),
    redraw: () => undefined,
    repaint: () => undefined,
    typingShown: () => undefined,
    clear: () => undefined,
    closePanel: () => undefined,
    paint: () => undefined,
    paintPosts: () => undefined,
    redDot: () => undefined,
    badge: () => undefined,
    online: () =>
      new Promise<void>((resolve) => {
        client?.on('state', ({ name }) => (name === 'online' ? resolve() : undefined));
      }),
  };
  let client: sdk.QueqiaoClient | undefined;
  // A reader knows that a page is used once it is online; the script says so after `start()`.
  const body = script().replace('client.start();', 'client.start();\nawait online();');
  const AsyncFunction = Object.getPrototypeOf(async () => undefined).constructor as new (
    ...parameters: string[]
  ) => (...values: unknown[]) => Promise<void>;
  await new AsyncFunction(...Object.keys(page), body)(...Object.values(page));
  client?.stop();

  expect(banners).toEqual(['connecting', 'syncing', 'online', 'idle'].slice(0, banners.length));
  expect(banners).toContain('online');
  expect(shown.slice(0, 2)).toEqual([4, 1]);
  expect(marks).toContain('BLOCKED');
  expect(lines).toEqual([
    'stored as number 4',
    'Lunch: 0 unread',
    'bob: 0 unread',
    '0 unread in all conversations',
    'Nick bob',
    'BLOCKED, retryable: false, effect: none',
    'hello, bridge true 👍',
    'recalled',
    'true Dear Bob 0 0 0',
    'browser-7f3a true',
    'Nick alice finds Nick carol',
    '0 friends',
    '1 requests not seen',
    'bob: Remember me?',
    '0 requests not seen',
    '1 friends',
    'Bobby in d:alice:bob',
    '1 friends',
    'mallory',
    'last seen 0',
    '1 likes, 1 comments',
    'dave came, erin were asked',
    'bob, more: false',
    'alice calls alice Chef',
    'alice took carol out',
    'Lunch: 3 of 3, At twelve',
    'a link into Lunch',
    'here: alice',
    'here: alice',
    'On the bridge',
    '7 of 8',
    'true',
  ]);
  expect(kept.get('queqiao.generation.browser-7f3a')).toBe('1');
});
