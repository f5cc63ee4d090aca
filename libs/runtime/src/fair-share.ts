/** What must stay free for each unit that one of many has: so that one alone gets a quarter of the whole. */
export const FREE_PER_SHARE = 3;

/**
 * Whether one of many that share a bounded place may have `own` of it while all together have `all`, both with what it asks for now:
 * a third of what is then left free, at most. The more of them take their share the smaller it is, and something is left for
 * whoever has nothing, although nobody has to give anything back.
 */
export function isWithinShare(own: number, all: number, max: number): boolean {
  return own * FREE_PER_SHARE <= max - all;
}
