import { DomainError, parseUserId } from '@queqiao/domain';

import { knownApp } from '../app/active-app.js';
import type { Apps } from '../app/ports.js';
import { overQuota } from '../app/quotas.js';
import type { BusinessContext } from '../caller.js';
import { actorOf, changeRequest, notice, settled } from '../change/change-request.js';
import type { ChangeOptions, CommitPusher } from '../change/ports.js';
import { checkProfile } from './check-profile.js';
import type { ProfileChange, ProfileNotices, ProfilePatch, Users } from './ports.js';

export const UPSERT_USERS_MAX = 500;

export interface UserLine extends ProfilePatch {
  readonly userId: string;
}

export interface UpsertUsersDeps {
  readonly users: Pick<Users, 'upsert'>;
  readonly notices: ProfileNotices;
  readonly push: CommitPusher;
  readonly apps: Apps;
}

/**
 * Creates or updates users of the caller's app; those who change are told. Errors: INVALID_ARGUMENT, LIMIT_EXCEEDED,
 * ALREADY_EXISTS (a handle; a request id of another call).
 */
export class UpsertUsers {
  constructor(
    readonly deps: UpsertUsersDeps,
    readonly options: ChangeOptions,
  ) {}

  async run(
    context: BusinessContext,
    lines: readonly UserLine[],
    clientRequestId?: string,
  ): Promise<{ created: number; updated: number }> {
    if (lines.length > UPSERT_USERS_MAX) {
      throw new DomainError('LIMIT_EXCEEDED', `at most ${UPSERT_USERS_MAX} users in one call`, {
        field: 'users',
      });
    }
    const { users, notices, push, apps } = this.deps;
    const { appId, caller } = context;
    const request =
      clientRequestId === undefined ? null : changeRequest(context, clientRequestId, 'UpsertUsers');
    const app = await knownApp(apps, appId);
    const admit = (newUsers: number) => {
      const refusal = overQuota(app, 'maxUsers', newUsers);
      if (refusal) throw refusal;
    };
    const work = { ...this.options, appId, request, admit };
    const outcome = await users.upsert(work, lines.map(checkLine), (account) =>
      notice(actorOf(caller), notices.profileChanged(account), { shown: false }),
    );
    return settled(push, outcome);
  }
}

function checkLine(line: UserLine, index: number): ProfileChange {
  const field = `users[${index}].`;
  const userId = parseUserId(line.userId, `${field}user_id`);
  return { userId, field, ...checkProfile(line, field) };
}
