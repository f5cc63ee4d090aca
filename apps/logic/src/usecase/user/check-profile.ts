import { invalidArgument, isHandle } from '@queqiao/domain';

import { checkBytes, checkLength } from '../check-fields.js';
import type { ProfilePatch } from './ports.js';

export const NICKNAME_MAX_LENGTH = 200;
export const AVATAR_URL_MAX_LENGTH = 2_000;
export const SIGNATURE_MAX_LENGTH = 200;
export const USER_EXTRA_MAX_BYTES = 4_096;
const GENDERS = [0, 1, 2, 3];

/** What the patch sets and nothing else; `at` stands before names of fields. Errors: INVALID_ARGUMENT. */
export function checkProfile(patch: ProfilePatch, at = ''): ProfilePatch {
  const { nickname, avatarUrl, gender, signature, extra, handle } = patch;
  checkLength(nickname ?? '', NICKNAME_MAX_LENGTH, `${at}nickname`);
  checkLength(avatarUrl ?? '', AVATAR_URL_MAX_LENGTH, `${at}avatar_url`);
  checkLength(signature ?? '', SIGNATURE_MAX_LENGTH, `${at}signature`);
  checkBytes(extra ?? '', USER_EXTRA_MAX_BYTES, `${at}extra`);
  if (gender !== undefined && !GENDERS.includes(gender)) {
    throw invalidArgument(`${at}gender`, 'is not a value of its kind');
  }
  if (handle !== undefined && handle !== '' && !isHandle(handle)) {
    throw invalidArgument(`${at}handle`, 'must match [A-Za-z0-9+_.@-]{3,64}, or be empty');
  }
  return { nickname, avatarUrl, gender, signature, extra, handle };
}
