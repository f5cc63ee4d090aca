import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { DomainError, invalidArgument } from '@queqiao/domain';
import { HEAD_BYTES, mediaTypeOf, type MediaType } from './media-type.js';

/** Bytes of all files together; above it no more are taken until some were deleted from the folder. */
export const MAX_MEDIA_BYTES = 1024 * 1024 * 1024;
/** Files that are written at a time. */
export const MAX_UPLOADS = 16;
const BUSY_RETRY_MS = 1_000;
const NAME = /^[0-9a-f]{32}\.([a-z0-9]{3,4})$/;
const PART = '.part';

export interface StoredMedia {
  readonly type: MediaType;
  readonly bytes: number;
  /** Belongs to the caller, who closes it. */
  readonly file: FileHandle;
}

/** Pictures and videos in one folder, under names that nobody guesses. A file is there whole or not at all. */
export class MediaStore {
  readonly #dir: string;
  readonly #maxBytes: number;
  #usedBytes = 0;
  #writing = 0;

  constructor(options: { readonly dir: string; readonly maxBytes?: number }) {
    this.#dir = options.dir;
    this.#maxBytes = options.maxBytes ?? MAX_MEDIA_BYTES;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Counts what is there, and drops what was not written to its end. */
  async start(): Promise<void> {
    await mkdir(this.#dir, { recursive: true, mode: 0o700 });
    for (const name of await readdir(this.#dir)) {
      if (name.endsWith(PART)) await rm(join(this.#dir, name), { force: true });
      else this.#usedBytes += (await stat(join(this.#dir, name))).size;
    }
  }

  /**
   * Takes a file in; resolves with its name. Throws INVALID_ARGUMENT (body) when it is not what it is said to be or ends early,
   * LIMIT_EXCEEDED when it is too large or there is no room, RATE_LIMITED while too many are written.
   */
  async save(type: MediaType, body: AsyncIterable<Buffer>): Promise<string> {
    if (this.#writing >= MAX_UPLOADS) {
      throw new DomainError('RATE_LIMITED', 'too many uploads', { retryAfterMs: BUSY_RETRY_MS });
    }
    this.#writing += 1;
    const name = `${randomBytes(16).toString('hex')}.${type.extension}`;
    const part = join(this.#dir, name + PART);
    let bytes = 0;
    const room = (more: number): void => {
      bytes += more;
      this.#usedBytes += more;
      if (bytes > type.maxBytes) throw tooLarge(`more than ${type.maxBytes} bytes`);
      if (this.#usedBytes > this.#maxBytes) throw tooLarge('there is no room for more files');
    };
    try {
      await writeFile(part, type, body, room);
      await rename(part, join(this.#dir, name));
      return name;
    } catch (error) {
      this.#usedBytes -= bytes;
      await rm(part, { force: true });
      throw error;
    } finally {
      this.#writing -= 1;
    }
  }

  /** Undefined: there is no such file. */
  async open(name: string): Promise<StoredMedia | undefined> {
    const type = mediaTypeOf(NAME.exec(name)?.[1] ?? '');
    if (type === undefined) return undefined;
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW;
    const file = await open(join(this.#dir, name), flags).catch(() => undefined);
    if (file === undefined) return undefined;
    const about = await file.stat();
    if (about.isFile()) return { type, bytes: about.size, file };
    await file.close();
    return undefined;
  }
}

async function writeFile(
  path: string,
  type: MediaType,
  body: AsyncIterable<Buffer>,
  room: (bytes: number) => void,
): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  let head = Buffer.alloc(0);
  try {
    for await (const chunk of whole(body)) {
      room(chunk.length);
      head = Buffer.concat([head, chunk.subarray(0, HEAD_BYTES - head.length)]);
      if (head.length === HEAD_BYTES) check(type, head);
      await file.appendFile(chunk);
    }
    check(type, head);
  } finally {
    await file.close();
  }
}

/** What ends before its end is the sender's doing. */
async function* whole(body: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  try {
    yield* body;
  } catch (cause) {
    throw new DomainError('INVALID_ARGUMENT', 'body: ended early', { field: 'body', cause });
  }
}

function check(type: MediaType, head: Buffer): void {
  if (head.length < HEAD_BYTES || !type.matches(head)) {
    throw invalidArgument('body', `is not ${type.mediaType}`);
  }
}

function tooLarge(why: string): DomainError {
  return new DomainError('LIMIT_EXCEEDED', `body: ${why}`, { field: 'body' });
}
