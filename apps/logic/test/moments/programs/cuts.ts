/**
 * What is left of a list that fails when whatever can be left out is: first halves, then quarters, then single items, as long as that
 * helps. Random programs do a lot that has nothing to do with what they find.
 */
export async function cutDown<T>(
  items: readonly T[],
  fails: (items: readonly T[]) => Promise<boolean>,
): Promise<readonly T[]> {
  let kept = items;
  for (let size = Math.ceil(items.length / 2); size > 0;) {
    let helped = false;
    for (let from = 0; from < kept.length;) {
      const rest = [...kept.slice(0, from), ...kept.slice(from + size)];
      if (await fails(rest)) {
        kept = rest;
        helped = true;
      } else from += size;
    }
    size = size === 1 && helped ? 1 : Math.floor(size / 2);
  }
  return kept;
}
