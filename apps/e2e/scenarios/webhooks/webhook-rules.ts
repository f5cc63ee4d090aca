import { createHmac } from 'node:crypto';
import type { Received } from './receiver-process.js';

export interface Delivered {
  readonly eventId: string;
  readonly conversationId: string;
  readonly seq: number;
  readonly body: string;
}

/** What a receiver is promised of the signature: an HMAC of what came, with the secret that it was given, and a time close to its own. */
export function isSigned(
  { id, timestamp, body, signature, atMs }: Received,
  secret: string,
): boolean {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const wanted = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  const isNow = Math.abs(Number(timestamp) * 1_000 - atMs) < 300_000;
  return isNow && signature.split(' ').includes(`v1,${wanted}`);
}

export function toDelivered({ id, body }: Received): Delivered {
  const event = JSON.parse(body) as {
    eventId: string;
    entry: { conversationId: string; seq: string };
  };
  if (event.eventId !== id) throw new Error(`${id} says that it is ${event.eventId}`);
  const { conversationId, seq } = event.entry;
  return { eventId: id, conversationId, seq: Number(seq), body };
}

/**
 * What breaks the order that is promised. An event comes for the first time only when the one before it in its conversation has come:
 * so seqs grow by one, and what does not is a duplicate. A duplicate has the id and the body of the first.
 */
export function flaws(delivered: readonly Delivered[]): string[] {
  const highest = new Map<string, number>();
  const first = new Map<string, Delivered>();
  const ids = new Map<string, string>();
  return delivered.flatMap((each) => {
    const { conversationId, seq, eventId, body } = each;
    const name = `${conversationId} ${seq}`;
    const reached = highest.get(conversationId) ?? 0;
    const found: string[] = [];
    if (seq > reached + 1) found.push(`${name} came before ${reached + 1}`);
    highest.set(conversationId, Math.max(reached, seq));
    const before = first.get(name);
    if (before === undefined) first.set(name, each);
    else if (before.eventId !== eventId) found.push(`${name} came under two ids`);
    else if (before.body !== body) found.push(`${name} came with two bodies`);
    if ((ids.get(eventId) ?? name) !== name) found.push(`${eventId} names two events`);
    ids.set(eventId, name);
    return found;
  });
}
