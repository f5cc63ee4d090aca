import { createHash } from 'node:crypto';
import { DomainError, invalidArgument, parseUserId, type UserId } from '@queqiao/domain';

/** Pairs of one call. */
export const PAIRS_MAX = 100;

export interface UserPair {
  readonly userA: UserId;
  readonly userB: UserId;
}

/** Each pair once, in the order of the request and as it was named first. Errors: INVALID_ARGUMENT, LIMIT_EXCEEDED. */
export function checkPairs(
  given: readonly { readonly userA: string; readonly userB: string }[],
): UserPair[] {
  if (given.length === 0) throw invalidArgument('pairs', 'must not be empty');
  if (given.length > PAIRS_MAX) {
    throw new DomainError('LIMIT_EXCEEDED', `at most ${PAIRS_MAX} pairs in one call`, {
      field: 'pairs',
    });
  }
  const pairs = new Map<string, UserPair>();
  for (const [index, pair] of given.entries()) {
    const checked = checkPair(pair, `pairs[${index}].`);
    if (!pairs.has(pairKey(checked))) pairs.set(pairKey(checked), checked);
  }
  return [...pairs.values()];
}

export function checkPair(
  pair: { readonly userA: string; readonly userB: string },
  at = '',
): UserPair {
  const userA = parseUserId(pair.userA, `${at}user_a`);
  const userB = parseUserId(pair.userB, `${at}user_b`);
  if (userA === userB) throw invalidArgument(`${at}user_b`, 'must be another user');
  return { userA, userB };
}

/** The id by which one pair of a repeated call finds its first answer. */
export function pairRequestId(clientRequestId: string, pair: UserPair): string {
  return createHash('sha256')
    .update(`${clientRequestId}:${pairKey(pair)}`)
    .digest('hex');
}

function pairKey({ userA, userB }: UserPair): string {
  return userA < userB ? `${userA}:${userB}` : `${userB}:${userA}`;
}
