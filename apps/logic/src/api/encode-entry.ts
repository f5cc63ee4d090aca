import { Content } from '@queqiao/protocol/client';
import type { EncodedEntry } from '../usecase/change/ports.js';

/** What a log keeps of something that happened: facts, not sentences, so that clients say it in their language. */
export function encodeEntry(body: NonNullable<Content['body']>): EncodedEntry {
  return { kind: body.$case, content: Content.encode(Content.create({ body })).finish() };
}
