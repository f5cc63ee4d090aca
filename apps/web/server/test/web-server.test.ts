import { request } from 'node:http';
import { DomainError } from '@queqiao/domain';
import { configExample, loadConfig } from '@queqiao/runtime';
import { webServerConfig } from '@queqiao/web-server';
import { jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { secret, startWeb } from './rig.js';

const SOCKET_URL = 'ws://127.0.0.1:9091/ws';

async function errorOf(response: Response): Promise<unknown> {
  const { error } = (await response.json()) as { error: { code: string; field: string } };
  return [response.status, error.code, error.field];
}

/** A request whose path goes out as it is: fetch would tidy it first. */
function rawStatus(url: string, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    request({ hostname, port, path, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .once('error', reject)
      .end();
  });
}

describe('sign-in', () => {
  it('makes the user known and answers a token and where to connect', async () => {
    const { post, upserts, url } = await startWeb();
    const response = await post('/api/sign-in', { name: 'Dave Jones' });
    const answer = (await response.json()) as Record<string, string>;
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(answer).toMatchObject({ userId: 'dave-jones', socketUrl: SOCKET_URL });
    expect(upserts).toEqual([{ userId: 'dave-jones', nickname: 'Dave Jones' }]);
    const { payload } = await jwtVerify(answer['token'] ?? '', secret, { audience: 'queqiao' });
    expect(payload).toMatchObject({ app: 'demo', sub: 'dave-jones' });
    expect(answer['expiresMs']).toBe((payload.exp ?? 0) * 1_000);
    const people = (await (await fetch(`${url}/api/users`)).json()) as { users: unknown[] };
    expect(people.users).toContainEqual({ userId: 'dave-jones', name: 'Dave Jones' });
  });

  it('gives the holder of a token a new one, and nobody else', async () => {
    const { post } = await startWeb();
    const first = (await (await post('/api/sign-in', { name: 'alice' })).json()) as {
      token: string;
    };
    const second = await post('/api/refresh', { token: first.token });
    expect(await second.json()).toMatchObject({ userId: 'alice', socketUrl: SOCKET_URL });
    expect(await errorOf(await post('/api/refresh', { token: 'forged' }))).toEqual([
      401,
      'UNAUTHENTICATED',
      '',
    ]);
  });

  it('gives out several socket URLs in turn, and lets the page open any of them', async () => {
    const urls = ['ws://127.0.0.1:9091/ws', 'ws://127.0.0.1:9191/ws'];
    const { post, url } = await startWeb({ QUEQIAO_SOCKET_URL: urls.join(', ') });
    const given = [];
    for (const name of ['alice', 'bob', 'carol']) {
      const answer = (await (await post('/api/sign-in', { name })).json()) as { socketUrl: string };
      given.push(answer.socketUrl);
    }
    expect(given).toEqual([urls[0], urls[1], urls[0]]);
    const policy = (await fetch(url)).headers.get('content-security-policy');
    expect(policy).toContain("connect-src 'self' ws://127.0.0.1:9091 ws://127.0.0.1:9191;");
  });

  it('refuses what is not a name, naming the field', async () => {
    const { post, upserts } = await startWeb();
    const refused = async (body: unknown, headers?: Record<string, string>) =>
      errorOf(await post('/api/sign-in', body, headers));
    expect(await refused({ name: '' })).toEqual([400, 'INVALID_ARGUMENT', 'name']);
    expect(await refused({ name: 7 })).toEqual([400, 'INVALID_ARGUMENT', 'name']);
    expect(await refused('{')).toEqual([400, 'INVALID_ARGUMENT', 'body']);
    expect(await refused([])).toEqual([400, 'INVALID_ARGUMENT', 'body']);
    expect(await refused({ name: 'x' }, { 'content-type': 'text/plain' })).toEqual([
      400,
      'INVALID_ARGUMENT',
      'content-type',
    ]);
    expect(await refused({ name: 'x'.repeat(20_000) })).toEqual([413, 'LIMIT_EXCEEDED', '']);
    expect(upserts).toEqual([]);
  });

  it('limits how often one address may sign in', async () => {
    const { post } = await startWeb({ QUEQIAO_SIGN_INS_PER_MINUTE: '2' });
    await post('/api/sign-in', { name: 'a' });
    await post('/api/sign-in', { name: 'b' });
    const third = await post('/api/sign-in', { name: 'c' });
    expect(Number(third.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await errorOf(third)).toEqual([429, 'RATE_LIMITED', '']);
  });

  it('says 503 while logic is away, and hides what a defect says', async () => {
    const away = await startWeb({}, () => {
      throw new DomainError('UNAVAILABLE', 'no connection');
    });
    expect((await away.post('/api/sign-in', { name: 'a' })).status).toBe(503);
    const broken = await startWeb({}, () => {
      throw new Error('inner detail');
    });
    const response = await broken.post('/api/sign-in', { name: 'a' });
    const text = await response.text();
    expect(response.status).toBe(500);
    expect(text).not.toContain('inner detail');
  });

  it('tells which ids names stand for', async () => {
    const { post } = await startWeb();
    const response = await post('/api/resolve', { names: ['Bob', 'carol'] });
    expect(await response.json()).toEqual({
      users: [
        { name: 'Bob', userId: 'bob' },
        { name: 'carol', userId: 'carol' },
      ],
    });
  });
});

describe('page', () => {
  it('is served with a policy that names the socket, and revalidated', async () => {
    const { url } = await startWeb();
    const page = await fetch(`${url}/?as=alice`);
    expect(await page.text()).toContain('<title>Page</title>');
    expect(page.headers.get('content-security-policy')).toContain(
      "connect-src 'self' ws://127.0.0.1:9091;",
    );
    const script = await fetch(`${url}/app.js`);
    expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    const etag = script.headers.get('etag') ?? '';
    const again = await fetch(`${url}/app.js`, { headers: { 'if-none-match': etag } });
    expect(again.status).toBe(304);
    const head = await fetch(`${url}/app.js`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  it('gives out nothing outside its folder', async () => {
    const { url } = await startWeb();
    const paths = [
      '/../secret.js',
      '/%2e%2e/secret.js',
      '/sub.js/../../secret.js',
      '/link.js',
      '/.hidden.js',
      '/sub.js',
      '//secret.js',
      '/app.js/',
      '/app.js%00',
      '/nothing.js',
      '/package.json',
    ];
    for (const path of paths) expect([path, await rawStatus(url, path)]).toEqual([path, 404]);
    expect((await fetch(`${url}/app.js`, { method: 'DELETE' })).status).toBe(404);
  });

  it('reports health and counts answers on the operations port', async () => {
    const { server, url } = await startWeb();
    await fetch(`${url}/api/users`);
    const operations = `http://127.0.0.1:${server.operationsPort}`;
    expect((await fetch(`${operations}/readyz`)).status).toBe(200);
    const metrics = await (await fetch(`${operations}/metrics`)).text();
    expect(metrics).toMatch(/queqiao_web_answers_total\{route="\/api\/users",status="200".*\} 1/);
  });
});

describe('configuration', () => {
  it('names every mistake without showing secrets', () => {
    const load = () =>
      loadConfig(webServerConfig, {
        QUEQIAO_PROFILE: 'dev',
        QUEQIAO_APP_CREDENTIAL: 'qq1.broken',
        QUEQIAO_APP_KEY_ID: 'k1',
        QUEQIAO_APP_KEY_SECRET: 'c2hvcnQ=',
      });
    expect(load).toThrow(/QUEQIAO_APP_CREDENTIAL: must be qq1[^]*QUEQIAO_APP_KEY_SECRET: must be/);
    expect(load).not.toThrow(/c2hvcnQ/);
  });

  it('wants URLs of sockets, at least one', () => {
    const load = (urls: string) =>
      loadConfig(webServerConfig, { QUEQIAO_PROFILE: 'dev', QUEQIAO_SOCKET_URL: urls });
    expect(() => load(',')).toThrow('QUEQIAO_SOCKET_URL: must name at least one URL');
    expect(() => load('ws://a/ws,http://b')).toThrow('QUEQIAO_SOCKET_URL: must be a URL that');
    expect(() => loadConfig(webServerConfig, {})).toThrow('QUEQIAO_SOCKET_URL: is required');
  });

  it('has an example that loads', () => {
    const lines = [...configExample(webServerConfig).matchAll(/^(QUEQIAO_\w+)=(.*)$/gm)];
    const env = Object.fromEntries(lines.map(([, name = '', value = '']) => [name, value]));
    expect(loadConfig(webServerConfig, env).people).toEqual(['alice', 'bob', 'carol']);
  });
});
