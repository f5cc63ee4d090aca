import { QueqiaoError } from '../errors.js';
import type { GroupNews } from './group-news.js';
import { WatchedGroup, type WatchedGroupDeps } from './watched-group.js';

/** The groups that are watched now. */
export class WatchedGroups {
  readonly #watched = new Set<WatchedGroup>();

  constructor(private readonly deps: Omit<WatchedGroupDeps, 'onClose'>) {}

  get size(): number {
    return this.#watched.size;
  }
  get members(): number {
    return [...this.#watched].reduce((sum, { members }) => sum + members.length, 0);
  }

  /** Throws LIMIT_EXCEEDED (maxWatchedGroups). */
  watch(groupId: string): WatchedGroup {
    const { maxWatchedGroups } = this.deps.limits;
    if (this.#watched.size >= maxWatchedGroups) {
      const message = `${maxWatchedGroups} groups are watched`;
      throw new QueqiaoError('LIMIT_EXCEEDED', message, { field: 'maxWatchedGroups' });
    }
    const onClose = (watched: WatchedGroup): void => void this.#watched.delete(watched);
    const watched = new WatchedGroup(groupId, { ...this.deps, onClose });
    this.#watched.add(watched);
    return watched;
  }

  heard(news: GroupNews): void {
    for (const watched of this.#of(news.entry.groupId)) watched.heard(news);
  }

  /** The user came into a group or left it, of which the log need not tell. */
  membershipChanged(groupId: string): void {
    for (const watched of this.#of(groupId)) watched.resume();
  }

  resume(): void {
    for (const watched of this.#watched) watched.resume();
  }

  reset(): void {
    for (const watched of this.#watched) watched.reset();
  }

  #of(groupId: string): WatchedGroup[] {
    return [...this.#watched].filter((watched) => watched.groupId === groupId);
  }
}
