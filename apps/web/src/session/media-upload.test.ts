import { describe, expect, it } from 'vitest';
import { Refusal } from './back-end.js';
import { MediaUpload, type MediaProbe } from './media-upload.js';

const SEEN: MediaProbe = { width: 3, height: 2, durationMs: 0.2 };
const PATH = '/media/00.png';

function uploads(refused?: string, probe = () => Promise.resolve(SEEN)) {
  const calls: string[] = [];
  const backEnd = {
    upload: async (token: string, file: File) => {
      calls.push(`${token} ${file.type}`);
      if (refused !== undefined) throw new Refusal(refused, 'x');
      return { path: PATH };
    },
  };
  const token = () => Promise.resolve('t1');
  return { calls, media: new MediaUpload({ backEnd, token, origin: 'https://a.example', probe }) };
}

const png = new File(['12345'], 'cat.png', { type: 'image/png' });
const mp4 = new File(['12'], 'cat.mp4', { type: 'video/mp4' });

describe('an upload', () => {
  it('has a whole address and what the browser sees of it', async () => {
    const { media, calls } = uploads();
    const url = `https://a.example${PATH}`;
    expect(await media.image(png)).toEqual({ url, width: 3, height: 2, bytes: 5, format: 'png' });
    expect(await media.video(mp4)).toMatchObject({ url, durationMs: 1, bytes: 2 });
    expect(calls).toEqual(['t1 image/png', 't1 video/mp4']);
  });

  it('of the wrong kind is not even sent', async () => {
    const { media, calls } = uploads();
    await expect(media.image(mp4)).rejects.toMatchObject({ key: 'wrongMedia' });
    expect(calls).toEqual([]);
  });

  it('tells why it did not work', async () => {
    const told = (code: string) => uploads(code).media.image(png);
    await expect(told('LIMIT_EXCEEDED')).rejects.toMatchObject({ key: 'mediaTooLarge' });
    await expect(told('INVALID_ARGUMENT')).rejects.toMatchObject({ key: 'wrongMedia' });
    await expect(told('RATE_LIMITED')).rejects.toMatchObject({ key: 'problem' });
    const { media } = uploads(undefined, () => Promise.reject(new Error('cannot be shown')));
    await expect(media.image(png)).rejects.toMatchObject({ key: 'wrongMedia' });
  });
});
