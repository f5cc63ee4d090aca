import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, loadConfig } from '@queqiao/runtime';
import { createWebServer, webServerConfig, type UserUpserts } from '@queqiao/web-server';
import { afterEach } from 'vitest';

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

export const secret = randomBytes(32);

/** A folder with a page, and a secret beside it that a link inside the page leads to. */
export function pageFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'queqiao-web-'));
  cleanups.push(() => rmSync(dir, { recursive: true }));
  const root = join(dir, 'page');
  mkdirSync(join(root, 'sub.js'), { recursive: true });
  writeFileSync(join(root, 'index.html'), '<!doctype html><title>Page</title>');
  writeFileSync(join(root, 'app.js'), 'export {};');
  writeFileSync(join(root, '.hidden.js'), 'hidden');
  writeFileSync(join(dir, 'secret.js'), 'secret');
  symlinkSync(join(dir, 'secret.js'), join(root, 'link.js'));
  return root;
}

/** Where uploads go; not made before it is needed. */
function mediaFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'queqiao-media-'));
  cleanups.push(() => rmSync(dir, { recursive: true }));
  return join(dir, 'media');
}

export interface Upsert {
  readonly userId: string;
  readonly nickname: string | undefined;
}

/** The server on free ports, with users kept in a list; `refuse` may throw in place of storing. */
export async function startWeb(env: Record<string, string> = {}, refuse?: () => void) {
  const upserts: Upsert[] = [];
  const users: UserUpserts = {
    async upsert(user) {
      refuse?.();
      upserts.push(user);
    },
    close: () => undefined,
  };
  const config = loadConfig(webServerConfig, {
    QUEQIAO_PROFILE: 'test',
    QUEQIAO_NODE_ID: 'web',
    QUEQIAO_WEB_PORT: '0',
    QUEQIAO_GRPC_URL: '127.0.0.1:1',
    QUEQIAO_APP_CREDENTIAL: 'qq1.demo.c1.not-a-real-secret',
    QUEQIAO_APP_KEY_ID: 'k1',
    QUEQIAO_APP_KEY_SECRET: secret.toString('base64'),
    QUEQIAO_SOCKET_URL: 'ws://127.0.0.1:9091/ws',
    QUEQIAO_WEB_ROOT: pageFolder(),
    QUEQIAO_WEB_MEDIA: mediaFolder(),
    ...env,
  });
  const logger = createLogger({ service: 'web', node: 'web', level: 'silent' });
  const server = createWebServer(config, { users, logger });
  await server.start();
  cleanups.push(() => server.stop());
  const url = `http://127.0.0.1:${server.port}`;
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  return { server, url, post, upserts, mediaDir: config.mediaDir };
}
