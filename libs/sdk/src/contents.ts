import {
  Content,
  type Card,
  type Custom,
  type Entry,
  type Face,
  type File,
  type ForwardedMessage,
  type Image,
  type Location,
  type Video,
  type Voice,
} from '@queqiao/protocol/client';

/** Fields that may be left out have their zero value; limits are in the protocol's comments and checked by the server. */
type Fields<Message, Required extends keyof Message> = Pick<Message, Required> & Partial<Message>;

/** What a message says, ready to be sent. Decorate it with `replyingTo`, `mentioning` and `withExtra`. */
export const contents = {
  text: (text: string): Content => Content.create({ body: { $case: 'text', value: { text } } }),
  face: (value: Face): Content => Content.create({ body: { $case: 'face', value } }),
  voice: (value: Fields<Voice, 'url' | 'durationMs'>): Content =>
    Content.create({ body: { $case: 'voice', value } }),
  image: (value: Fields<Image, 'url'>): Content =>
    Content.create({ body: { $case: 'image', value } }),
  file: (value: Fields<File, 'url' | 'name'>): Content =>
    Content.create({ body: { $case: 'file', value } }),
  video: (value: Fields<Video, 'url' | 'durationMs'>): Content =>
    Content.create({ body: { $case: 'video', value } }),
  location: (value: Fields<Location, 'latitude' | 'longitude'>): Content =>
    Content.create({ body: { $case: 'location', value } }),
  /** Only for `sendTransient`: commands are not stored. */
  command: (name: string, data: Uint8Array = new Uint8Array()): Content =>
    Content.create({ body: { $case: 'command', value: { name, data } } }),
  custom: (value: Fields<Custom, 'type'>): Content =>
    Content.create({ body: { $case: 'custom', value } }),
  userCard: (userId: string, card: Partial<Omit<Card, 'subject'>> = {}): Content => {
    const subject = { $case: 'userId' as const, value: userId };
    return Content.create({ body: { $case: 'card', value: { ...card, subject } } });
  },
  groupCard: (groupId: string, card: Partial<Omit<Card, 'subject'>> = {}): Content => {
    const subject = { $case: 'groupId' as const, value: groupId };
    return Content.create({ body: { $case: 'card', value: { ...card, subject } } });
  },
  mergedForward: (title: string, messages: readonly ForwardedMessage[]): Content => {
    const value = { title, messages: [...messages] };
    return Content.create({ body: { $case: 'mergedForward', value } });
  },
};

/** The same content as an answer to an entry of the same conversation. */
export function replyingTo(entry: Pick<Entry, 'seq'>, content: Content): Content {
  return { ...content, replyTo: { seq: entry.seq } };
}

/** The same content with mentions: of everybody, or of up to 100 members. In an edit they are shown, and tell nobody. */
export function mentioning(who: 'all' | readonly string[], content: Content): Content {
  const mentions = who === 'all' ? { all: true, userIds: [] } : { all: false, userIds: [...who] };
  return { ...content, mentions };
}

/** The same content with data of the app's own, opaque to the server. */
export function withExtra(extra: string, content: Content): Content {
  return { ...content, extra };
}
