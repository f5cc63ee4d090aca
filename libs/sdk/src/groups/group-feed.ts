import type { Engine } from '../engine.js';
import { GROUP_ENTRY_KINDS, tellEntry, tellTransient } from './group-events.js';
import type { GroupNews } from './group-news.js';
import { Groups } from './groups.js';
import { WatchedGroups } from './watched-groups.js';

/** The groups of a client: they hear what its engine hears, before any listener of the app. */
export function groupsOf(engine: Engine): Groups {
  const { events, replica, call, clock, newBackoff } = engine;
  const { limits } = engine.stats();
  const watched = new WatchedGroups({
    call,
    clock,
    limits,
    newBackoff,
    userId: () => replica.userId,
    onChange: (group) => events.emit('watchedGroup', group),
  });
  events.on('entry', ({ entry }) => tellEntry(events, entry));
  events.on('transient', (event) => tellTransient(events, event));
  for (const kind of GROUP_ENTRY_KINDS) {
    events.on(kind, (entry) => watched.heard({ kind, entry } as GroupNews));
  }
  events.on('groupCreated', ({ conversationId, groupId }) => {
    // No state comes with the first entry of a group.
    const isNews = replica.get(conversationId)?.member === undefined;
    if (isNews) events.emit('joinedGroup', { conversationId, groupId });
  });
  events.on('joinedGroup', ({ groupId }) => watched.membershipChanged(groupId));
  events.on('leftGroup', ({ groupId }) => watched.membershipChanged(groupId));
  events.on('state', ({ name }) => {
    if (name === 'online') watched.resume();
  });
  events.on('reset', () => watched.reset());
  return new Groups(engine, watched);
}
