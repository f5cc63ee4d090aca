import {
  UserServiceDefinition as Service,
  type SearchUsersResponse,
  type UpdateMeRequest,
  type UpdateMySettingsRequest,
  type User,
  type UserSettings,
} from '@queqiao/protocol/client';
import { answered } from '../connection/answered.js';
import type { Engine } from '../engine.js';
import type { Me } from './self-feed.js';

/** What is left out stays. */
export type ProfilePatch = Omit<UpdateMeRequest, 'clientRequestId'>;
/** What is left out stays. */
export type UserSettingsPatch = Omit<UpdateMySettingsRequest, 'clientRequestId'>;

/**
 * Who people are. Calls reject with a QueqiaoError; those that change something are repeated under one request id until the
 * outcome is known, and told to all devices of the user by `profileChanged`.
 */
export class Users {
  readonly #engine: Pick<Engine, 'call' | 'change' | 'users'>;

  constructor(engine: Pick<Engine, 'call' | 'change' | 'users' | 'events'>) {
    this.#engine = engine;
    engine.events.on('profileChanged', ({ user }) => engine.users.put(user));
  }

  /** From a small cache, like `getMany`. Undefined: the app has no such user. */
  async get(userId: string): Promise<User | undefined> {
    return (await this.getMany([userId])).get(userId);
  }

  /** By user id; those that do not exist are left out. A change made by others is seen within ten minutes. */
  getMany(userIds: readonly string[]): Promise<ReadonlyMap<string, User>> {
    return this.#engine.users.get(userIds);
  }

  /** The user's own profile and settings, as they are on the server. */
  async me(): Promise<Me> {
    const { user, settings, handle } = await this.#engine.call(Service, 'getMe', {});
    return { user: answered(user), settings: answered(settings), handle };
  }

  /** Rejects with ALREADY_EXISTS (handle) when somebody else can be found by it. */
  async updateMe(patch: ProfilePatch): Promise<Pick<Me, 'user' | 'handle'>> {
    const { user, handle } = await this.#engine.change(Service, 'updateMe', patch);
    return { user: answered(user), handle };
  }

  async updateMySettings(patch: UserSettingsPatch): Promise<UserSettings> {
    return answered((await this.#engine.change(Service, 'updateMySettings', patch)).settings);
  }

  /**
   * Finds users by their whole id or handle, or by how their nickname begins, where they allow it; by pages of `limit` (20).
   */
  search(
    query: string,
    options: { readonly pageToken?: string; readonly limit?: number } = {},
  ): Promise<SearchUsersResponse> {
    return this.#engine.call(Service, 'searchUsers', { query, ...options });
  }
}
