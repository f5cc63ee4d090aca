import type { Choices } from '@queqiao/e2e';
import { FAULTS } from './fault-list.js';
import type { Fault } from './fault.js';
import type { RunOptions, RunReport } from './run-faults.js';
import { STORM } from './storm.js';

/** What a run that was to do so much has not done; nothing when nothing was demanded of it. */
export function* shortfalls(
  { rows, complete }: Pick<RunReport, 'rows' | 'complete'>,
  atLeast: number,
): Generator<string> {
  if (atLeast === 0) return;
  const acknowledged = rows.reduce((sum, row) => sum + row.acknowledged, 0);
  if (acknowledged < atLeast) yield `${acknowledged} acknowledged, not ${atLeast}`;
  if (!complete) yield 'the list of faults was not run whole';
}

/** Throws when a name is not one. */
export function wantedFaults({
  quick,
  only,
}: Pick<RunOptions, 'quick' | 'only'>): readonly Fault[] {
  if (only.length === 0) return FAULTS.filter((fault) => !quick || fault.quick);
  const names = [STORM, ...FAULTS.map(({ name }) => name)];
  const unknown = only.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new Error(`there is no fault ${unknown}`);
  return FAULTS.filter(({ name }) => only.includes(name));
}

export function shuffled<T>(items: readonly T[], choices: Choices): T[] {
  const left = [...items];
  const order: T[] = [];
  while (left.length > 0) order.push(...left.splice(choices.below(left.length), 1));
  return order;
}
