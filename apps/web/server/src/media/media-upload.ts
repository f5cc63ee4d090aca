import type { IncomingMessage, ServerResponse } from 'node:http';
import { DomainError, invalidArgument } from '@queqiao/domain';
import { sendJson } from '../http/answers.js';
import type { RateLimit } from '../http/rate-limit.js';
import type { TokenIssuer } from '../people/token-issuer.js';
import { MEDIA_PREFIX } from './media-files.js';
import type { MediaStore } from './media-store.js';
import { mediaTypeNamed } from './media-type.js';

export interface MediaUploadDeps {
  readonly store: MediaStore;
  readonly tokens: Pick<TokenIssuer, 'holderOf'>;
  /** By user. */
  readonly limit: RateLimit;
}

/** `POST /api/media`, the file as the body, of somebody who is signed in → `{path}`: where it is from now on. */
export function mediaUpload({ store, tokens, limit }: MediaUploadDeps) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    // A header that other sites cannot send without asking first.
    const [, token = ''] = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '') ?? [];
    limit.take(await tokens.holderOf(token));
    const type = mediaTypeNamed(request.headers['content-type']);
    if (type === undefined) throw invalidArgument('content-type', 'is not taken');
    if (Number(request.headers['content-length'] ?? 0) > type.maxBytes) {
      const message = `body: more than ${type.maxBytes} bytes`;
      throw new DomainError('LIMIT_EXCEEDED', message, { field: 'body' });
    }
    // Not destroyed when refused: the answer goes out on the same connection.
    const body = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
    const name = await store.save(type, body);
    sendJson(response, 201, { path: MEDIA_PREFIX + name });
  };
}
