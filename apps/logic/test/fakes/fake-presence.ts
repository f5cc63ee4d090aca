import type { UserId } from '@queqiao/domain';
import type { AppState, Apps } from '../../src/usecase/app/ports.js';
import type {
  OnlineUsers,
  PresencePusher,
  PresenceRows,
  SightFacts,
  Subscriptions,
  Telling,
  UserKey,
} from '../../src/usecase/presence/ports.js';
import { appRules } from './app-rules.js';

/** What rows and Redis hold, as plain as can be; no privacy of its own. */
export class FakePresence
  implements OnlineUsers, Subscriptions, PresenceRows, PresencePusher, Apps
{
  readonly calls: string[] = [];
  readonly users = new Map<string, Partial<SightFacts>>();
  readonly online = new Map<string, string[]>();
  readonly seen = new Map<UserId, number>();
  readonly watchers = new Map<string, string[]>();
  readonly noted = new Map<string, Set<string>>();
  readonly told: Telling[] = [];
  readonly pushes: number[] = [];
  readonly full = new Set<string>();
  state: AppState | null = { status: 'active', settings: appRules() };
  maxWatched = 200;

  app(): Promise<AppState | null> {
    return Promise.resolve(this.state);
  }

  platformsOf(users: readonly UserKey[]): Promise<string[][]> {
    this.calls.push('platforms');
    return Promise.resolve(users.map(({ userId }) => this.online.get(userId) ?? []));
  }

  noteWatched({ userId }: UserKey, userIds: readonly string[]): Promise<boolean> {
    this.calls.push('note');
    const all = new Set([...(this.noted.get(userId) ?? []), ...userIds]);
    if (all.size > this.maxWatched) return Promise.resolve(false);
    this.noted.set(userId, all);
    return Promise.resolve(true);
  }

  addWatcher({ userId: viewer }: UserKey, userIds: readonly string[]) {
    this.calls.push('watch');
    return Promise.resolve(
      userIds.map((userId) => {
        const watching = !this.full.has(userId);
        if (watching) this.watchers.set(userId, [...(this.watchers.get(userId) ?? []), viewer]);
        return { watching, platforms: this.online.get(userId) ?? [] };
      }),
    );
  }

  removeWatcher({ userId }: UserKey, userIds: readonly string[]): Promise<void> {
    this.calls.push(`unwatch ${userId} ${userIds.join()}`);
    return Promise.resolve();
  }

  /** Everything is a change here. */
  takeChanges(users: readonly UserKey[]) {
    this.calls.push('take');
    return Promise.resolve(
      users.flatMap(({ userId }) => {
        const watchers = this.watchers.get(userId);
        return watchers ? [{ userId, platforms: this.online.get(userId) ?? [], watchers }] : [];
      }),
    );
  }

  facts(_app: unknown, sights: readonly { userId: UserId; viewerId: UserId }[]) {
    this.calls.push(`facts ${sights.length}`);
    const decided = { rule: 'everyone', friends: false, blocked: false } as const;
    return Promise.resolve(
      sights.map((sight): SightFacts | null => {
        const known = this.users.get(sight.userId);
        return known ? { ...decided, ...known, ...sight } : null;
      }),
    );
  }

  lastSeenMs(): Promise<ReadonlyMap<UserId, number>> {
    this.calls.push('last seen');
    return Promise.resolve(this.seen);
  }

  pushPresences(_app: unknown, tellings: readonly Telling[]): void {
    this.pushes.push(tellings.length);
    this.told.push(...tellings);
  }
}
