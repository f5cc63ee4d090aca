import { DomainError, invalidArgument, parseUserId } from '@queqiao/domain';

import type { BusinessContext } from '../caller.js';
import type { ProfileChange, Users } from './ports.js';

export const UPSERT_USERS_MAX = 500;
export const NICKNAME_MAX_LENGTH = 200;
export const AVATAR_URL_MAX_LENGTH = 2_000;

export interface UserLine {
  readonly userId: string;
  readonly nickname?: string | undefined;
  readonly avatarUrl?: string | undefined;
}

/** Creates or updates users of the caller's app. Errors: INVALID_ARGUMENT, LIMIT_EXCEEDED. */
export class UpsertUsers {
  constructor(readonly deps: { readonly users: Pick<Users, 'upsert'> }) {}

  run(
    context: BusinessContext,
    lines: readonly UserLine[],
  ): Promise<{ created: number; updated: number }> {
    if (lines.length > UPSERT_USERS_MAX) {
      throw new DomainError('LIMIT_EXCEEDED', `at most ${UPSERT_USERS_MAX} users in one call`, {
        field: 'users',
      });
    }
    return this.deps.users.upsert(context.appId, lines.map(checkLine));
  }
}

function checkLine(line: UserLine, index: number): ProfileChange {
  const at = `users[${index}]`;
  const userId = parseUserId(line.userId, `${at}.user_id`);
  const { nickname, avatarUrl } = line;
  checkLength(nickname, NICKNAME_MAX_LENGTH, `${at}.nickname`);
  checkLength(avatarUrl, AVATAR_URL_MAX_LENGTH, `${at}.avatar_url`);
  return { userId, nickname, avatarUrl };
}

function checkLength(value: string | undefined, max: number, field: string): void {
  if (value !== undefined && Array.from(value).length > max) {
    throw invalidArgument(field, `must have at most ${max} characters`);
  }
}
