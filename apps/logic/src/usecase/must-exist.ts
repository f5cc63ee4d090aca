import { DomainError, type AppId, type UserId } from '@queqiao/domain';

import type { ChangeRequest } from './change/ports.js';

/** Which of some users an app has. */
export interface UserLookup {
  existing(appId: AppId, userIds: readonly UserId[]): Promise<ReadonlySet<UserId>>;
}

export interface FirstAnswers {
  /** What a request was answered, as long as that is kept. Errors: ALREADY_EXISTS for an id that was used for another one. */
  answered(appId: AppId, request: ChangeRequest): Promise<{ readonly answer: unknown } | undefined>;
}

/** Throws NOT_FOUND naming the first user that the app does not have. */
export async function mustExist(
  users: UserLookup,
  appId: AppId,
  userIds: readonly UserId[],
  fieldOf: (missing: UserId) => string,
): Promise<void> {
  const existing = await users.existing(appId, userIds);
  const missing = userIds.find((id) => !existing.has(id));
  if (missing !== undefined) throw noUser(missing, fieldOf(missing));
}

/**
 * The same for a change: repeated, it gets its first answer also when one of its users was erased since. Undefined: all of them
 * exist.
 */
export async function existOrAnswered(
  { users, answers }: { readonly users: UserLookup; readonly answers: FirstAnswers },
  { appId, request }: { readonly appId: AppId; readonly request: ChangeRequest },
  userIds: readonly UserId[],
  fieldOf: (missing: UserId) => string,
): Promise<{ readonly answer: unknown } | undefined> {
  const existing = await users.existing(appId, userIds);
  const missing = userIds.find((id) => !existing.has(id));
  if (missing === undefined) return undefined;
  return answeredBefore(answers, { appId, request }, noUser(missing, fieldOf(missing)));
}

/** What a request was answered before. Throws the refusal when it was not. */
export async function answeredBefore(
  answers: FirstAnswers,
  { appId, request }: { readonly appId: AppId; readonly request: ChangeRequest },
  refusal: DomainError,
): Promise<{ readonly answer: unknown }> {
  const first = await answers.answered(appId, request);
  if (first === undefined) throw refusal;
  return first;
}

export function noUser(userId: UserId, field: string): DomainError {
  return new DomainError('NOT_FOUND', `there is no user ${userId}`, { field });
}
