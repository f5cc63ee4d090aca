import type { During } from './fault.js';
import type { SendTimes, Span } from './send-times.js';

/** Parts of a time are no shorter than this: what comes seldom may be missing from a moment by chance. */
const PART_MS = 1_000;
/** What was on its way to a server when it was frozen may still be answered. */
const EDGE_MS = 100;

/**
 * What the acknowledgements of a time in which something was broken have against what is demanded of it. Where there have to be
 * some, there have to be in each of so many equal parts of the time.
 */
export function* breachesOf(
  during: During,
  times: SendTimes,
  { fromMs, toMs }: Span,
  parts: number,
): Generator<string> {
  if (during === 'none') {
    const count = times.within({ fromMs: fromMs + EDGE_MS, toMs });
    if (count > 0) yield `${count} messages were acknowledged that were begun while it lasted`;
  }
  if (during !== 'acks') return;
  const count = Math.max(1, Math.min(parts, Math.floor((toMs - fromMs) / PART_MS)));
  const lengthMs = (toMs - fromMs) / count;
  for (let part = 0; part < count; part += 1) {
    const [beginMs, endMs] = [part * lengthMs, (part + 1) * lengthMs];
    if (times.within({ fromMs: fromMs + beginMs, toMs: fromMs + endMs }) > 0) continue;
    yield `no message was begun and acknowledged from ${Math.round(beginMs)} to ${Math.round(endMs)} ms`;
  }
}

/** How often each device was closed, by name. */
export type Closes = ReadonlyMap<string, number>;

interface Closable {
  readonly name: string;
  readonly closeCodes: readonly number[];
}

export function closesOf(devices: readonly Closable[]): Closes {
  return new Map(devices.map(({ name, closeCodes }) => [name, closeCodes.length]));
}

/** Devices that were closed since, or could not connect, with the codes. */
export function* closedSince(devices: readonly Closable[], before: Closes): Generator<string> {
  for (const { name, closeCodes } of devices) {
    const codes = closeCodes.slice(before.get(name) ?? 0);
    if (codes.length > 0) yield `${name} lost its connection: ${codes.join(' ')}`;
  }
}
