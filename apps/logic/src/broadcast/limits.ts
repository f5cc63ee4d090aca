/** Broadcasts that a node takes further at a time; the others wait for their turn, or another node takes them. */
export const BROADCAST_JOBS_MAX = 1;
/** Messages of broadcasts that are on their way at a node, all of them: a quarter of what one commit takes. */
export const BROADCAST_MAX_WAVE = 64;
/** From then on a step ends with the wave that is under way, so that its node keeps what it has claimed. */
export const BROADCAST_MAX_STEP_MS = 3_000;
/** Between two waves. */
export const BROADCAST_MAX_PAUSE_MS = 1_000;
/** Claims that lead to nothing before a message that cannot be stored counts as failed. */
export const BROADCAST_MAX_ATTEMPTS = 3;
