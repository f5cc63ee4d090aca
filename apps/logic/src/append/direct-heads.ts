import { describeConversation, type AppId, type DomainError, type UserId } from '@queqiao/domain';
import { conversationNotFound } from './permission.js';
import type { ConversationKey, HeadMaker } from './ports.js';

/** Which users an app has. */
export interface UserLookup {
  existing(appId: AppId, userIds: readonly UserId[]): Promise<ReadonlySet<UserId>>;
}

/** Makes heads and member rows; those that exist stay as they are. */
export interface HeadInserts {
  ensureDirect(keys: readonly ConversationKey[]): Promise<void>;
}

/** Heads for direct chats and feeds whose users exist; NOT_FOUND for all others. */
export class DirectHeads implements HeadMaker {
  readonly #users: UserLookup;
  readonly #inserts: HeadInserts;

  constructor(deps: { users: UserLookup; inserts: HeadInserts }) {
    this.#users = deps.users;
    this.#inserts = deps.inserts;
  }

  async ensure(keys: readonly ConversationKey[]): Promise<readonly (DomainError | null)[]> {
    const known = await this.#knownUsers(keys);
    const possible = keys.map((key) => {
      const users = usersOf(key);
      return users.length > 0 && users.every((user) => known.get(key.appId)?.has(user));
    });
    const wanted = keys.filter((_, index) => possible[index]);
    if (wanted.length > 0) await this.#inserts.ensureDirect(wanted);
    return possible.map((exists) => (exists ? null : conversationNotFound()));
  }

  async #knownUsers(keys: readonly ConversationKey[]) {
    const byApp = new Map<AppId, Set<UserId>>();
    for (const key of keys) {
      const users = byApp.get(key.appId) ?? new Set<UserId>();
      for (const user of usersOf(key)) users.add(user);
      byApp.set(key.appId, users);
    }
    const known = await Promise.all(
      [...byApp].map(async ([appId, users]) => {
        return [appId, await this.#users.existing(appId, [...users])] as const;
      }),
    );
    return new Map(known);
  }
}

function usersOf(key: ConversationKey): UserId[] {
  const ref = describeConversation(key.conversationId);
  if (ref?.kind === 'direct') return ref.a === ref.b ? [ref.a] : [ref.a, ref.b];
  return ref?.kind === 'self' ? [ref.user] : [];
}
