import { agreement } from './checks/agreement.js';
import { changes } from './checks/changes.js';
import { liveness } from './checks/liveness.js';
import { membership } from './checks/membership.js';
import { noDuplicates } from './checks/no-duplicates.js';
import { noGaps } from './checks/no-gaps.js';
import { noLoss } from './checks/no-loss.js';
import { noPhantoms } from './checks/no-phantoms.js';
import { noSkip } from './checks/no-skip.js';
import { order } from './checks/order.js';
import { readCursor } from './checks/read-cursor.js';
import { replicas } from './checks/replicas.js';
import { tail } from './checks/tail.js';
import { tenancy } from './checks/tenancy.js';
import { unread } from './checks/unread.js';
import type { RestRecord } from './history.js';
import { GUARANTEES, type Check, type Guarantee, type HistoryInput } from './history-input.js';

export interface Violation {
  readonly guarantee: Guarantee;
  readonly what: string;
}

const CHECKS = {
  'no loss': noLoss,
  'no duplicates': noDuplicates,
  'no phantoms': noPhantoms,
  'no gaps': noGaps,
  order,
  agreement,
  'no skip': noSkip,
  tail,
  tenancy,
  membership,
  'read cursor': readCursor,
  unread,
  changes,
  replicas,
  liveness,
} as const satisfies Record<Guarantee, Check>;

/**
 * Judges a recorded history after faults were healed and traffic has drained, against what is stored. An empty answer means
 * that it kept every guarantee that is named here. Operations of unknown outcome may or may not have been carried out.
 */
export function checkHistory(input: HistoryInput): Violation[] {
  return findingsOf(GUARANTEES, input);
}

/** The same for what devices show at rest, before that is part of the history. */
export function checkRests(input: HistoryInput, rests: readonly RestRecord[]): Violation[] {
  const history = { ...input.history, rests: [...rests] };
  return findingsOf(['unread', 'replicas'], { ...input, history });
}

function findingsOf(guarantees: readonly Guarantee[], input: HistoryInput): Violation[] {
  return guarantees.flatMap((guarantee) =>
    [...CHECKS[guarantee](input)].map((what) => ({ guarantee, what })),
  );
}
