import { DomainError, type AppId, type UserId } from '@queqiao/domain';

/** Which of some users an app has. */
export interface UserLookup {
  existing(appId: AppId, userIds: readonly UserId[]): Promise<ReadonlySet<UserId>>;
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
  if (missing === undefined) return;
  throw new DomainError('NOT_FOUND', `there is no user ${missing}`, {
    field: fieldOf(missing),
  });
}
