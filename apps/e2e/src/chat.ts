/** A conversation of a crowd. */
export interface Chat {
  readonly id: string;
  /** Who is always in it; the first one owns the group. */
  readonly stayers: readonly string[];
  /** Who comes and goes. */
  readonly movers: readonly string[];
  /** Of these: who is in it at first. */
  readonly firstMovers: readonly string[];
  /** Who comes sees everything that was said before. */
  readonly fromStart: boolean;
  /** Its log tells of who comes and goes. */
  readonly told: boolean;
}

/** One in which nobody comes and goes. */
export function settledChat(id: string, stayers: readonly string[]): Chat {
  return { id, stayers, movers: [], firstMovers: [], fromStart: false, told: true };
}
