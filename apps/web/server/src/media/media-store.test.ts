import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { MAX_UPLOADS, MediaStore } from './media-store.js';
import { mediaTypeNamed } from './media-type.js';

const GIF = Buffer.from('GIF89a------');
const dirs: string[] = [];

afterEach(async () => {
  for (const dir of dirs.splice(0)) await rm(dir, { recursive: true });
});

async function store(maxBytes?: number) {
  const dir = await mkdtemp(join(tmpdir(), 'queqiao-media-'));
  dirs.push(dir);
  const media = new MediaStore({ dir, ...(maxBytes === undefined ? {} : { maxBytes }) });
  await media.start();
  const type = mediaTypeNamed('image/gif; charset=x');
  if (type === undefined) throw new Error('gif is taken');
  return { dir, media, type };
}

async function* body(...chunks: Buffer[]): AsyncIterable<Buffer> {
  yield* chunks;
}

it('takes no more than there is room for, and frees what was refused', async () => {
  const { dir, media, type } = await store(20);
  const twelve = (): AsyncIterable<Buffer> => body(GIF.subarray(0, 2), GIF.subarray(2));
  await media.save(type, twelve());
  await expect(media.save(type, twelve())).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
  expect([media.usedBytes, (await readdir(dir)).length]).toEqual([12, 1]);
});

it('writes so many files at a time', async () => {
  const { media, type } = await store();
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  async function* slow(): AsyncIterable<Buffer> {
    yield GIF;
    await ended;
  }
  const saves = Array.from({ length: MAX_UPLOADS }, () => media.save(type, slow()));
  await expect(media.save(type, body(GIF))).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  end();
  expect(new Set(await Promise.all(saves)).size).toBe(MAX_UPLOADS);
  await media.save(type, body(GIF));
});
