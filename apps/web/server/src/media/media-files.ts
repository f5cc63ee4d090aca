import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { FileSource } from '../http/page-files.js';
import { sessionToken } from '../http/session-cookie.js';
import type { TokenIssuer } from '../people/token-issuer.js';
import type { MediaStore, StoredMedia } from './media-store.js';

export const MEDIA_PREFIX = '/media/';

/** A file never changes: a browser keeps it, and nobody on the way does. */
const HEADERS = {
  'accept-ranges': 'bytes',
  'cache-control': 'private, max-age=31536000, immutable',
  'content-disposition': 'inline',
  'content-security-policy': "default-src 'none'; sandbox",
  'cross-origin-resource-policy': 'same-origin',
} as const;

/** Uploaded files, for people who are signed in; for everybody else there are none. */
export class MediaFiles implements FileSource {
  constructor(
    private readonly deps: {
      readonly store: MediaStore;
      readonly tokens: Pick<TokenIssuer, 'holderOf'>;
    },
  ) {}

  async answer(path: string, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    if (!path.startsWith(MEDIA_PREFIX)) return false;
    await this.deps.tokens.holderOf(sessionToken(request));
    const media = await this.deps.store.open(path.slice(MEDIA_PREFIX.length));
    if (media === undefined) return false;
    try {
      await send(media, request, response);
    } finally {
      await media.file.close();
    }
    return true;
  }
}

async function send(
  { file, bytes, type }: StoredMedia,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const range = rangeOf(request.headers.range, bytes);
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
  if (range === 'none') {
    response.writeHead(416, { 'content-range': `bytes */${bytes}` }).end();
    return;
  }
  const { start, end } = range ?? { start: 0, end: bytes - 1 };
  response.writeHead(range === undefined ? 200 : 206, {
    'content-type': type.mediaType,
    'content-length': end - start + 1,
    ...(range && { 'content-range': `bytes ${start}-${end}/${bytes}` }),
  });
  if (request.method === 'HEAD') return void response.end();
  const content = file.createReadStream({ start, end, autoClose: false });
  // Whoever looks away from a video has seen enough of it.
  await pipeline(content, response).catch(() => response.destroy());
}

/** The one range that is asked for; undefined: all of it, `none`: outside the file. */
function rangeOf(
  header: string | undefined,
  bytes: number,
): { start: number; end: number } | 'none' | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (first === '' && last === '') return undefined;
  const start = first === '' ? Math.max(0, bytes - Number(last)) : Number(first);
  const end = first === '' || last === '' ? bytes - 1 : Math.min(Number(last), bytes - 1);
  return start > end ? 'none' : { start, end };
}
