import type { Content, Entry, MomentNotice } from '@queqiao/protocol/client';
import type { Engine } from '../engine.js';
import { isSelfFeed } from '../users/self-feed.js';
import type { WatchedPosts } from './watched-posts.js';

type Body = NonNullable<Content['body']>;
type Value<Kind extends Body['$case']> = Extract<Body, { $case: Kind }>['value'];

/** Events about posts. Those named as kinds of entries come with the entry of the self feed: in order, each once. */
export interface MomentEvents {
  /** On some device an own post was made, changed or deleted, or a post was liked, commented or shared. */
  postChanged: Value<'postChanged'>;
  /** Somebody did something that concerns the user; `seq`: the place of the notice. */
  momentNoticed: Value<'momentNoticed'> & { readonly seq: number; readonly createdMs: number };
  /** The user has read notices up to a place on some device. */
  momentNoticesRead: Value<'momentNoticesRead'>;
  /** Posts that are watched look different now. */
  watchedPosts: WatchedPosts;
  /** The notices that are kept, or how many of all were not read, are others now. */
  momentNotices: {
    readonly notices: readonly MomentNotice[];
    readonly unreadCount: number;
  };
}

/** Tells what the entries of the self feed say of posts. */
export function followMoments({ events, replica }: Pick<Engine, 'events' | 'replica'>): void {
  events.on('entry', ({ entry }) => {
    if (isSelfFeed(entry, replica.userId)) tell(events, entry);
  });
}

function tell(events: Engine['events'], { content, seq, createdMs }: Entry): void {
  const body = content?.body;
  if (body?.$case === 'postChanged') events.emit('postChanged', body.value);
  else if (body?.$case === 'momentNoticesRead') events.emit('momentNoticesRead', body.value);
  else if (body?.$case === 'momentNoticed') {
    events.emit('momentNoticed', { ...body.value, seq, createdMs });
  }
}
