import { createHash } from 'node:crypto';
import { invalidArgument, isId, parseUserId, type UserId } from '@queqiao/domain';

/** Characters (code points) of a name, after trimming. */
export const MAX_NAME_LENGTH = 40;

export interface PersonName {
  readonly userId: UserId;
  /** What others are shown; undefined when the name is the id itself, so that a nickname set elsewhere stays. */
  readonly nickname: string | undefined;
}

/**
 * The user a typed name stands for. Latin letters are lowered and spaces become hyphens: "Alice Smith" is `alice-smith`. A name
 * with any other character, such as 小明, stands for an id made from its hash. The same name gives the same id for ever.
 * Throws INVALID_ARGUMENT for an empty or too long name and for control characters.
 */
export function personName(typed: string): PersonName {
  const name = typed.normalize('NFKC').trim().replace(/\s+/gu, ' ');
  if (name === '') throw invalidArgument('name', 'is empty');
  if (Array.from(name).length > MAX_NAME_LENGTH) {
    throw invalidArgument('name', `has more than ${MAX_NAME_LENGTH} characters`);
  }
  if (/[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/u.test(name.replace(/\u200d/g, ''))) {
    throw invalidArgument('name', 'has invisible characters');
  }
  const plain = name.toLowerCase().replace(/ /g, '-');
  const userId = parseUserId(isId(plain) ? plain : `u-${hashOf(name.toLowerCase())}`, 'name');
  return { userId, nickname: name === userId ? undefined : name };
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 20);
}
