import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startWeb } from './rig.js';

/** Far beyond what it takes. */
const UNTIL = { timeout: 30_000 };
const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
const MP4 = Buffer.concat([Buffer.from('00000018', 'hex'), Buffer.from('ftypmp42----------')]);

/** The server with somebody who has signed in, and what that one may send. */
async function signedIn(env: Record<string, string> = {}) {
  const web = await startWeb(env);
  const answer = await web.post('/api/sign-in', { name: 'alice' });
  const { token } = (await answer.json()) as { token: string };
  const cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const upload = (body: Uint8Array | string, type = 'image/png', headers = {}) =>
    fetch(`${web.url}/api/media`, {
      method: 'POST',
      headers: { 'content-type': type, authorization: `Bearer ${token}`, ...headers },
      body,
    });
  const get = (path: string, headers = {}) =>
    fetch(web.url + path, { headers: { cookie, ...headers } });
  return { ...web, token, cookie, upload, get };
}

async function errorOf(response: Response): Promise<unknown> {
  const { error } = (await response.json()) as { error: { code: string; field: string } };
  return [response.status, error.code, error.field];
}

async function pathOf(response: Response): Promise<string> {
  expect(response.status).toBe(201);
  return ((await response.json()) as { path: string }).path;
}

describe('an upload', () => {
  it('is given out again as what it is, to be shown and nothing else', async () => {
    const { upload, get } = await signedIn();
    const path = await pathOf(await upload(PNG));
    expect(path).toMatch(/^\/media\/[0-9a-f]{32}\.png$/);
    const shown = await get(path);
    expect(Buffer.from(await shown.arrayBuffer()).equals(PNG)).toBe(true);
    expect(Object.fromEntries(shown.headers)).toMatchObject({
      'content-type': 'image/png',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'private, max-age=31536000, immutable',
    });
    expect(await pathOf(await upload(PNG))).not.toBe(path);
  });

  it('of a video is given out in parts', async () => {
    const { upload, get } = await signedIn();
    const path = await pathOf(await upload(MP4, 'video/mp4'));
    const part = async (range: string) => {
      const answer = await get(path, { range });
      return [answer.status, answer.headers.get('content-range'), await answer.text()];
    };
    expect(await part('bytes=4-7')).toEqual([206, `bytes 4-7/${MP4.length}`, 'ftyp']);
    expect(await part('bytes=-3')).toEqual([206, `bytes 19-21/${MP4.length}`, '---']);
    expect(await part('bytes=18-')).toEqual([206, `bytes 18-21/${MP4.length}`, '----']);
    expect(await part('bytes=22-')).toEqual([416, `bytes */${MP4.length}`, '']);
    expect((await get(path, { range: 'bytes=0-1,4-5' })).status).toBe(200);
  });

  it('is taken from, and given to, those who are signed in alone', async () => {
    const { url, upload } = await signedIn();
    const path = await pathOf(await upload(PNG));
    const refused = [401, 'UNAUTHENTICATED', ''];
    expect(await errorOf(await upload(PNG, 'image/png', { authorization: '' }))).toEqual(refused);
    const forged = { authorization: 'Bearer a.b.c' };
    expect(await errorOf(await upload(PNG, 'image/png', forged))).toEqual(refused);
    expect(await errorOf(await fetch(url + path))).toEqual(refused);
    const cookie = 'queqiao-media=a.b.c';
    expect(await errorOf(await fetch(url + path, { headers: { cookie } }))).toEqual(refused);
  });

  it('has to be a picture or video, and what it is said to be', async () => {
    const { upload, mediaDir } = await signedIn();
    const notTaken = [400, 'INVALID_ARGUMENT', 'content-type'];
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>';
    for (const type of ['image/svg+xml', 'text/html', 'application/octet-stream', '']) {
      expect([type, ...((await errorOf(await upload(svg, type))) as [])]).toEqual([
        type,
        ...notTaken,
      ]);
    }
    const notThat = [400, 'INVALID_ARGUMENT', 'body'];
    expect(await errorOf(await upload(svg, 'image/png'))).toEqual(notThat);
    expect(await errorOf(await upload(PNG, 'image/jpeg'))).toEqual(notThat);
    expect(await errorOf(await upload(PNG.subarray(0, 8)))).toEqual(notThat);
    expect(await errorOf(await upload(''))).toEqual(notThat);
    expect(readdirSync(mediaDir)).toEqual([]);
  });

  it('may be so large, whatever it says of its length', async () => {
    const { upload, mediaDir, url, token } = await signedIn();
    const large = Buffer.concat([PNG, Buffer.alloc(10 * 1024 * 1024)]);
    const refused = [413, 'LIMIT_EXCEEDED', 'body'];
    expect(await errorOf(await upload(large))).toEqual(refused);
    const status = await new Promise((resolve, reject) => {
      const headers = { 'content-type': 'image/png', authorization: `Bearer ${token}` };
      // Without a length it comes in chunks.
      const sent = request(`${url}/api/media`, { method: 'POST', headers, agent: false });
      sent.once('response', (response) => resolve(response.statusCode));
      sent.once('error', reject);
      sent.write(large);
      sent.flushHeaders();
    });
    expect(status).toBe(413);
    expect(readdirSync(mediaDir)).toEqual([]);
  });

  it('that ends early leaves nothing behind', async () => {
    const { mediaDir, url, token, upload } = await signedIn();
    const headers = {
      'content-type': 'image/png',
      'content-length': 1_000,
      authorization: `Bearer ${token}`,
    };
    const sent = request(`${url}/api/media`, { method: 'POST', headers, agent: false });
    sent.once('error', () => undefined);
    await new Promise<void>((resolve) => sent.write(PNG, () => resolve()));
    await expect.poll(() => readdirSync(mediaDir), UNTIL).toHaveLength(1);
    sent.destroy();
    await expect.poll(() => readdirSync(mediaDir), UNTIL).toEqual([]);
    await pathOf(await upload(PNG));
  });

  it('is counted by person', async () => {
    const { upload, post } = await signedIn({ QUEQIAO_UPLOADS_PER_MINUTE: '1' });
    await pathOf(await upload(PNG));
    expect(await errorOf(await upload(PNG))).toEqual([429, 'RATE_LIMITED', '']);
    const { token } = (await (await post('/api/sign-in', { name: 'bob' })).json()) as {
      token: string;
    };
    await pathOf(await upload(PNG, 'image/png', { authorization: `Bearer ${token}` }));
  });
});

describe('the folder of uploads', () => {
  it('gives out nothing but uploads', async () => {
    const { mediaDir, url, cookie } = await signedIn();
    const name = (last: string) => `${'0'.repeat(31)}${last}`;
    writeFileSync(join(mediaDir, '..', 'secret.png'), PNG);
    symlinkSync(join(mediaDir, '..', 'secret.png'), join(mediaDir, `${name('1')}.png`));
    mkdirSync(join(mediaDir, `${name('2')}.png`));
    writeFileSync(join(mediaDir, `${name('3')}.png.part`), PNG);
    writeFileSync(join(mediaDir, `${name('4')}.html`), '<script>');
    writeFileSync(join(mediaDir, 'plain.png'), PNG);
    const paths = [
      ...['1.png', '2.png', '3.png.part', '4.html', '5.png'].map(name),
      'plain.png',
      '../secret.png',
      '%2e%2e/secret.png',
      '..%2fsecret.png',
      `${name('1')}.png%00`,
      `x/../${name('1')}.png`,
      '',
      '.',
    ];
    for (const path of paths) {
      const status = await new Promise((resolve, reject) => {
        const { hostname, port } = new URL(url);
        const headers = { cookie };
        // As it is: fetch would tidy it first.
        request({ hostname, port, path: `/media/${path}`, headers, agent: false }, (response) => {
          response.resume();
          resolve(response.statusCode);
        })
          .once('error', reject)
          .end();
      });
      expect([path, status]).toEqual([path, 404]);
    }
  });

  it('is counted when the server starts, and cleared of what was not finished', async () => {
    const { mediaDir, upload } = await signedIn();
    await pathOf(await upload(PNG));
    writeFileSync(join(mediaDir, 'left.part'), PNG);
    const again = await startWeb({ QUEQIAO_WEB_MEDIA: mediaDir });
    expect(readdirSync(mediaDir)).toHaveLength(1);
    const operations = `http://127.0.0.1:${again.server.operationsPort}`;
    const metrics = await (await fetch(`${operations}/metrics`)).text();
    expect(metrics).toMatch(new RegExp(`queqiao_web_media_bytes\\{.*\\} ${PNG.length}\\b`));
  });
});
