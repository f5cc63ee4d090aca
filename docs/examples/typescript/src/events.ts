import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { status, type ServiceError } from '@grpc/grpc-js';
import type { Event, SubscribeResponse } from '../gen/queqiao/server/v1/event_service.js';
import type { Chat } from './chat.js';

const RETRY_MS = 1_000;
/** Ends of a stream that waiting mends: a node or a connection is to go, there are too many calls or streams, a node has failed. */
const PASSING = new Set([status.UNAVAILABLE, status.RESOURCE_EXHAUSTED, status.INTERNAL]);

/**
 * Follows what happens in the app, on from where the last run stopped, until something happens that waiting does not mend. An
 * event comes again when this process ends between handling it and writing the cursor, so handlers have to bear that.
 */
export async function followEvents(
  chat: Chat,
  cursorFile: string,
  handle: (event: Event) => void,
): Promise<never> {
  for (;;) {
    const cursor = existsSync(cursorFile) ? readFileSync(cursorFile, 'utf8') : '';
    const stream = chat.events.subscribe({ cursor, fromOldest: false }, chat.metadata);
    try {
      for await (const answer of stream as AsyncIterable<SubscribeResponse>) {
        answer.events.forEach(handle);
        keep(cursorFile, answer.cursor);
      }
    } catch (error) {
      const { code, details } = error as ServiceError;
      // What follows the cursor is gone: events were missed, read what matters anew, then go on from now.
      if (code === status.OUT_OF_RANGE) rmSync(cursorFile, { force: true });
      else if (!PASSING.has(code)) throw error;
      console.error(`events: ${details}`);
    }
    await sleep(RETRY_MS);
  }
}

/** As a whole: whoever ends in the middle finds the cursor before. An empty file would say: from now on. */
function keep(cursorFile: string, cursor: string): void {
  writeFileSync(`${cursorFile}.new`, cursor);
  renameSync(`${cursorFile}.new`, cursorFile);
}
