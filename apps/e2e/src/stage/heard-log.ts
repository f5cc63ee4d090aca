import type { Content, Entry } from '@queqiao/protocol/client';

type Body = NonNullable<Content['body']>;
export type Kind = Body['$case'];

/** What a test expects of an entry: who wrote it, and parts of what it says, under its kind. */
export type Told = { readonly by?: string } & { readonly [K in Kind]?: object };

export function toldBy({ sender, content }: Entry): Told {
  const body = content?.body;
  return { by: sender?.id ?? '', ...(body && { [body.$case]: body.value }) };
}

/** One log as a device has it that reads nothing: what was pushed, and what it was answered about its own messages. */
export class HeardLog {
  readonly #entries = new Map<number, Entry>();
  #heard = 0;

  constructor(readonly userId: string) {}

  /** A push may repeat: the first one counts. */
  add(entry: Entry): void {
    if (!this.#entries.has(entry.seq)) this.#entries.set(entry.seq, entry);
  }

  get entries(): Entry[] {
    return [...this.#entries.values()].sort((a, b) => a.seq - b.seq);
  }

  /** Those that the test has not asked for yet. */
  get unheard(): Entry[] {
    return this.entries.filter(({ seq }) => seq > this.#heard);
  }

  /** The one after that which was heard last, or the one by which the user has come in since. */
  next(): Entry | undefined {
    const [entry] = this.unheard;
    if (entry === undefined) return undefined;
    if (entry.seq !== this.#heard + 1 && !bringsIn(entry, this.userId)) return undefined;
    this.#heard = entry.seq;
    return entry;
  }
}

export function bringsIn({ content }: Entry, userId: string): boolean {
  const body = content?.body;
  if (body?.$case === 'membersJoined') return body.value.userIds.includes(userId);
  if (body?.$case !== 'groupCreated') return false;
  return [body.value.creatorId, ...body.value.memberIds].includes(userId);
}

/** Entries of a log that were written while the user was in the conversation, as the log itself tells it. */
export function duringStay(entries: readonly Entry[], userId: string): Entry[] {
  let isIn = entries[0]?.conversationId.startsWith('g:') === false;
  return entries.filter((entry) => {
    isIn ||= bringsIn(entry, userId);
    const wasIn = isIn;
    const body = entry.content?.body;
    if (body?.$case === 'membersLeft' && body.value.userIds.includes(userId)) isIn = false;
    return wasIn;
  });
}
