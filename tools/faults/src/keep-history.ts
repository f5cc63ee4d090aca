import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkoutRoot, type HistoryInput, type Violation } from '@queqiao/testkit';

/** Writes what a failed run saw as JSON lines; returns the folder. */
export function keepHistory(
  seed: number,
  input: HistoryInput,
  violations: readonly Violation[],
  fault: string,
): string {
  const dir = join(checkoutRoot(), '.data', 'faults', String(seed));
  mkdirSync(dir, { recursive: true });
  const { history, table, members } = input;
  const name = (what: string): string =>
    join(dir, `${fault.replaceAll(/[^a-z0-9]+/gi, '-')}.${what}.jsonl`);
  writeLines(name('violations'), violations);
  writeLines(name('sends'), history.sends);
  writeLines(name('marks'), history.marks);
  writeLines(
    name('surfaced'),
    history.logs.flatMap(({ device, events }) => events.map((event) => ({ device, ...event }))),
  );
  writeLines(
    name('states'),
    history.logs.flatMap(({ device, states }) => states.map((state) => ({ device, ...state }))),
  );
  writeLines(name('table'), [...table.values()].flat());
  writeLines(
    name('members'),
    [...members].flatMap(([conversationId, users]) =>
      [...users].map(([userId, { stints, readSeq, clearedSeq }]) => ({
        conversationId,
        userId,
        stints,
        readSeq,
        clearedSeq,
      })),
    ),
  );
  return dir;
}

function writeLines(file: string, values: readonly unknown[]): void {
  writeFileSync(file, values.map((value) => `${JSON.stringify(value)}\n`).join(''));
}
