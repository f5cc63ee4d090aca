/**
 * Test files that take longest, the longest first, from the root of the checkout. A run begins with them within their kind: one that
 * comes last is waited for by a machine that has nothing else to do.
 */
export const SLOW_FILES: readonly string[] = [
  'tools/faults/scenarios/quick.test.ts',
  'apps/e2e/scenarios/quotas/quotas.test.ts',
  'apps/e2e/scenarios/examples/embed.test.ts',
  'apps/e2e/scenarios/page/page.test.ts',
  'apps/e2e/scenarios/examples/java.test.ts',
  'apps/e2e/scenarios/doors/doors.test.ts',
  'apps/e2e/scenarios/broadcast/broadcast.test.ts',
  'apps/e2e/scenarios/hook/hook.test.ts',
  'apps/e2e/scenarios/group-races/group-races.test.ts',
  'apps/e2e/scenarios/presence/presence.test.ts',
  'apps/e2e/scenarios/webhooks/webhooks.test.ts',
  'apps/e2e/scenarios/messages/messages.test.ts',
  'apps/e2e/scenarios/doors/foreign-ids.test.ts',
  'apps/e2e/scenarios/groups/groups.test.ts',
  'apps/e2e/scenarios/moments/moments.test.ts',
  'apps/e2e/scenarios/frozen-and-fresh/logic-nodes.test.ts',
  'apps/e2e/scenarios/examples/python.test.ts',
  'apps/e2e/scenarios/examples/typescript.test.ts',
  'apps/e2e/scenarios/many-messages/many-messages.test.ts',
  'apps/e2e/scenarios/friends/friends.test.ts',
  'apps/logic/test/fields/api-fields.test.ts',
  'apps/logic/test/fairness/quotas.test.ts',
  'apps/logic/test/moments/programs/programs.test.ts',
  'apps/logic/test/webhooks/deliveries.test.ts',
  'apps/logic/test/moments/programs/at-once.test.ts',
  'apps/logic/test/erasure/late-writes.test.ts',
  'apps/logic/test/webhooks/dead-letters.test.ts',
];

export interface PlacedFile {
  /** From the root of the checkout, with slashes. */
  readonly path: string;
  /** Files of a lower kind run before. */
  readonly kind: number;
}

/** Within each kind the slow files first, the others in the order they have. */
export function slowFirst<T>(files: readonly T[], placeOf: (file: T) => PlacedFile): T[] {
  const ranked = files.map((file) => {
    const { kind, path } = placeOf(file);
    const slow = SLOW_FILES.indexOf(path);
    return { file, kind, rank: slow < 0 ? SLOW_FILES.length : slow };
  });
  return ranked.sort((a, b) => a.kind - b.kind || a.rank - b.rank).map(({ file }) => file);
}
