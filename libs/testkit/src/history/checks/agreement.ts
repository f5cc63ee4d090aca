import { digestOf } from '../surfaced-log.js';
import { allEntries, isEntry, type HistoryInput } from '../history-input.js';

interface Version {
  readonly conversationId: string;
  readonly seq: number;
  readonly revision: number;
  readonly state: number;
}

/** One version of an entry is the same in the table and on every device, and no device has one that never was. */
export function* agreement({ history, table }: HistoryInput): Generator<string> {
  const known = new Map<string, string>();
  const newest = new Map<string, Version>();
  for (const entry of allEntries(table)) {
    known.set(versionOf(entry), digestOf(entry));
    newest.set(placeOf(entry), entry);
  }
  for (const { device, events } of history.logs) {
    for (const event of events.filter(isEntry)) {
      const stored = newest.get(placeOf(event));
      if (stored === undefined) {
        yield `${device} has ${placeOf(event)}, which is not stored`;
        continue;
      }
      // What was edited or blanked since is held to what other devices saw of that version.
      const version = versionOf(event);
      const expected = known.get(version);
      if (expected === undefined) known.set(version, event.digest);
      else if (expected !== event.digest) yield `${device} has another ${version}`;
      if (event.revision > stored.revision) {
        yield `${device} has revision ${event.revision} of ${placeOf(event)}, stored is ${stored.revision}`;
      }
    }
  }
}

function placeOf({ conversationId, seq }: Pick<Version, 'conversationId' | 'seq'>): string {
  return `${conversationId}#${seq}`;
}

function versionOf(version: Version): string {
  return `${placeOf(version)} r${version.revision} s${version.state}`;
}
