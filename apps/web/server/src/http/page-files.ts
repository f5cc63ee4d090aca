import { createHash } from 'node:crypto';
import { readFile, realpath } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, sep } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.webmanifest': 'application/manifest+json',
};

/** One or more plain names: no empty one, none that begins with a dot, nothing but what the build writes. */
const SAFE_PATH = /^(?:\/[A-Za-z0-9_-][A-Za-z0-9_.-]*)+$/;

/** What is given out for a path that is not of the API. */
export interface FileSource {
  /** False when there is no such file: nothing was answered. */
  answer(path: string, request: IncomingMessage, response: ServerResponse): Promise<boolean>;
}

/**
 * The built page below `root`. Names do not carry a hash, so browsers ask again each time and are answered 304 while nothing
 * has changed. Only files of known types inside the folder are given out, also through symbolic links.
 */
export class PageFiles implements FileSource {
  readonly #root: string;

  constructor(options: { readonly root: string }) {
    this.#root = options.root;
  }

  async answer(path: string, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const name = path === '/' ? '/index.html' : path;
    const type = TYPES[extname(name)];
    if (type === undefined || !SAFE_PATH.test(name)) return false;
    const content = await this.#read(name);
    if (content === undefined) return false;
    const etag = `"${createHash('sha256').update(content).digest('base64url').slice(0, 27)}"`;
    response.setHeader('etag', etag);
    response.setHeader('cache-control', 'no-cache');
    if (request.headers['if-none-match'] === etag) {
      response.writeHead(304).end();
      return true;
    }
    response.writeHead(200, { 'content-type': type, 'content-length': content.length });
    response.end(request.method === 'HEAD' ? undefined : content);
    return true;
  }

  async #read(name: string): Promise<Buffer | undefined> {
    try {
      const root = await realpath(this.#root);
      const file = await realpath(join(root, name));
      return file.startsWith(root + sep) ? await readFile(file) : undefined;
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? '';
      if (['ENOENT', 'ENOTDIR', 'EISDIR', 'EACCES', 'ELOOP'].includes(code)) return undefined;
      throw error;
    }
  }
}
