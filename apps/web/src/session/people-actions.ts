import type { FriendWish, Profile } from '../state/people-state.js';

/** What the page can do about people. All that returns a promise throws Problem. */
export interface PeopleActions {
  /** By id, handle or the beginning of a nickname; empty: what was found goes away. */
  search(query: string): Promise<void>;
  /** Asks a person to become a friend. */
  ask(userId: string, text: string): Promise<void>;
  accept(userId: string): Promise<void>;
  reject(userId: string): Promise<void>;
  /** Takes an own request back. */
  cancel(userId: string): Promise<void>;
  /** The person looks at the incoming requests. */
  seeRequests(): void;
  decide(userId: string, wish: FriendWish): Promise<void>;
  remove(userId: string): Promise<void>;
  block(userId: string, blocked: boolean): Promise<void>;
  saveProfile(profile: Profile): Promise<void>;
  /** The page shows these people: whether they are online is wanted. */
  watch(userIds: readonly string[]): void;
}
