import {
  RequestsRead_List,
  type Entry,
  type Friend,
  type FriendRequest,
  type TransientEvent,
  type User,
  type UserSettings,
} from '@queqiao/protocol/client';
import type { Engine } from '../engine.js';

/** The user's own profile and settings. */
export interface Me {
  readonly user: User;
  /** With defaults filled in. */
  readonly settings: UserSettings;
  /** What others may find the user by, such as a phone number; empty: none. */
  readonly handle: string;
}

/**
 * What the user's self feed tells, named as the kinds of its entries: in order, each once, on every device, also what happened
 * while the device was away.
 */
export interface SelfFeedEvents {
  profileChanged: Me;
  /** To or from the user, with how many incoming ones were not seen. */
  friendRequestChanged: { readonly request: FriendRequest; readonly unreadCount: number };
  /** The user has seen the requests on some device. */
  friendRequestsRead: object;
  /** With `removed`: no longer a friend. */
  friendChanged: { readonly friend: Friend; readonly removed: boolean; readonly feedSeq: number };
  blockChanged: { readonly userId: string; readonly blocked: boolean };
}

export function isSelfFeed({ conversationId }: Entry | TransientEvent, userId: string): boolean {
  return conversationId === `s:${userId}`;
}

/** Tells what the entries of the self feed say. Kinds that are not about people are not told here. */
export function followSelfFeed({ events, replica }: Pick<Engine, 'events' | 'replica'>): void {
  events.on('entry', ({ entry }) => {
    if (isSelfFeed(entry, replica.userId)) tell(events, entry);
  });
}

function tell(events: Engine['events'], entry: Entry): void {
  const body = entry.content?.body;
  if (body?.$case === 'profileChanged') {
    const { user, settings, handle } = body.value;
    if (user && settings) events.emit('profileChanged', { user, settings, handle });
  } else if (body?.$case === 'friendRequestChanged') {
    const { request, unreadCount } = body.value;
    if (request) events.emit('friendRequestChanged', { request, unreadCount });
  } else if (body?.$case === 'requestsRead') {
    const { list } = body.value;
    if (list === RequestsRead_List.FRIEND_REQUESTS) events.emit('friendRequestsRead', {});
  } else if (body?.$case === 'friendChanged') {
    const { friend, removed } = body.value;
    const { seq: feedSeq } = entry;
    if (friend) {
      events.emit('friendChanged', { friend: { ...friend, feedSeq }, removed, feedSeq });
    }
  } else if (body?.$case === 'blockChanged') events.emit('blockChanged', body.value);
}
