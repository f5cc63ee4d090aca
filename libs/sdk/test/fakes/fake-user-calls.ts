import { DomainError } from '@queqiao/domain';
import {
  FoundUser_By,
  User,
  UserServiceDefinition as Users,
  UserSettings,
} from '@queqiao/protocol/client';
import type { FakePeople } from './fake-people.js';

interface Profile {
  user: User;
  settings: UserSettings;
  handle: string;
}

/** Profiles of users who are there as soon as they are asked for, but for those called nobody. */
export class FakeProfiles {
  readonly #profiles = new Map<string, Profile>();

  constructor(private readonly people: FakePeople) {}

  /** Undefined: not one of the operations of users. */
  execute(user: string, method: string, body: Uint8Array): Uint8Array | undefined {
    const { getUsers, getMe, searchUsers } = Users.methods;
    if (method === 'GetUsers') {
      const ids = getUsers.requestType.decode(body).userIds.filter((id) => !isNobody(id));
      const users = ids.map((userId) => this.#of(userId).user);
      return getUsers.responseType.encode({ users }).finish();
    }
    if (method === 'GetMe') return getMe.responseType.encode(this.#of(user)).finish();
    if (method === 'SearchUsers') {
      const { query } = searchUsers.requestType.decode(body);
      const users = isNobody(query) ? [] : [{ user: this.#of(query).user, by: FoundUser_By.ID }];
      return searchUsers.responseType.encode({ users, nextPageToken: '' }).finish();
    }
    return this.#change(user, method, body);
  }

  #change(userId: string, method: string, body: Uint8Array): Uint8Array | undefined {
    const { updateMe, updateMySettings } = Users.methods;
    const profile = this.#of(userId);
    if (method === 'UpdateMe') {
      const { clientRequestId, handle, ...patch } = updateMe.requestType.decode(body);
      return this.people.once(userId, clientRequestId, () => {
        if (handle === 'taken') throw new DomainError('ALREADY_EXISTS', 'taken');
        profile.user = { ...profile.user, ...given(patch) };
        profile.handle = handle ?? profile.handle;
        this.#tell(userId, profile);
        return updateMe.responseType.encode(profile).finish();
      });
    }
    if (method !== 'UpdateMySettings') return undefined;
    const { clientRequestId, ...patch } = updateMySettings.requestType.decode(body);
    return this.people.once(userId, clientRequestId, () => {
      profile.settings = { ...profile.settings, ...given(patch) };
      this.#tell(userId, profile);
      return updateMySettings.responseType.encode(profile).finish();
    });
  }

  #tell(userId: string, profile: Profile): void {
    this.people.tell(userId, userId, { $case: 'profileChanged', value: { ...profile } });
  }

  #of(userId: string): Profile {
    const user = User.create({ userId, nickname: `Nick ${userId}` });
    const known = this.#profiles.get(userId) ?? {
      user,
      settings: UserSettings.create(),
      handle: '',
    };
    this.#profiles.set(userId, known);
    return known;
  }
}

function isNobody(id: string): boolean {
  return id.startsWith('nobody');
}

/** What is set of a patch. */
function given<Patch extends object>(patch: Patch): Patch {
  return Object.fromEntries(
    Object.entries(patch).filter(([, value]) => value !== undefined),
  ) as Patch;
}
