import { contents, mentioning, type QueqiaoClient, type SettingsPatch } from '../../src/index.js';
import type { DeedName } from './steps.js';

const EMOJI = ['👍', '🌉'];
const PEOPLE = [['alice'], ['bob'], ['alice', 'bob']];

export interface DeedInput {
  readonly what: DeedName;
  readonly pick: number;
  /** What is said, and the id of the message. */
  readonly words: string;
}

/** What raises nobody's unread count. */
export const QUIET: DeedName = 'say quietly';
/** What always adds a message. */
export const SPEECH: readonly DeedName[] = ['say', QUIET, 'name somebody', 'name everybody'];

/** Does one thing in a conversation, to what the device shows there. Nobody waits for it. */
export function act(client: QueqiaoClient, id: string, deed: DeedInput): void {
  const done = write(client, id, deed) ?? changeOwn(client, id, deed);
  // What is refused or abandoned is told by events; here only the end counts.
  done?.catch(() => undefined);
}

function write(
  client: QueqiaoClient,
  id: string,
  { what, pick, words }: DeedInput,
): Promise<unknown> | undefined {
  const people = PEOPLE[pick % PEOPLE.length] ?? [];
  const text = contents.text(words);
  if (SPEECH.includes(what)) {
    const named = what === 'name everybody' ? 'all' : what === 'name somebody' ? people : [];
    const options = { clientMsgId: words, notCounted: what === QUIET };
    return client.send(id, mentioning(named, text), options);
  }
  // Now and then something is tried that is not allowed.
  const ownOnly = !['react', 'take a reaction away'].includes(what) && pick % 5 > 0;
  const seq = picked(client, id, pick, ownOnly);
  if (seq === undefined) return undefined;
  const emoji = EMOJI[pick % EMOJI.length] ?? '';
  if (what === 'recall') return client.recall(id, seq);
  if (what === 'edit') return client.edit(id, seq, text);
  if (what === 'edit and name somebody') {
    return client.edit(id, seq, mentioning(pick % 2 === 0 ? 'all' : people, text));
  }
  if (what === 'delete') {
    return client.deleteForAll(id, [...new Set([seq, picked(client, id, pick + 1) ?? seq])]);
  }
  if (what === 'pin' || what === 'unpin') return client.pin(id, seq, what === 'unpin');
  const reacts = what === 'react' || what === 'take a reaction away';
  return reacts ? client.react(id, seq, emoji, what !== 'react') : undefined;
}

function changeOwn(
  client: QueqiaoClient,
  id: string,
  { what, pick, words }: DeedInput,
): Promise<void> | undefined {
  const seq = picked(client, id, pick);
  if (what === 'clear') return client.clearHistory(id);
  if (what === 'read') return client.markRead(id);
  if (what === 'read a part') return client.markRead(id, seq);
  if (what === 'delete for me') return seq === undefined ? seq : client.deleteForMe(id, [seq]);
  const patch = patchOf(what, words);
  return patch === undefined ? undefined : client.updateSettings(id, patch);
}

/** The settings that a deed changes; undefined: none. */
export function patchOf(what: DeedName, words: string): SettingsPatch | undefined {
  const patches: Readonly<Partial<Record<DeedName, SettingsPatch>>> = {
    'put on top': { pinned: true },
    'take from the top': { pinned: false },
    mute: { muted: true },
    unmute: { muted: false },
    hide: { hidden: true },
    unhide: { hidden: false },
    'mark as unread': { markedUnread: true },
    'mark as not unread': { markedUnread: false },
    draft: { draft: words },
    'drop the draft': { draft: '' },
    remark: { remark: words },
    'drop the remark': { remark: '' },
  };
  return patches[what];
}

/** The seq of one of the messages that are shown. */
function picked(
  client: QueqiaoClient,
  id: string,
  pick: number,
  ownOnly = false,
): number | undefined {
  const shown = client.messages(id);
  const messages = ownOnly ? shown.filter(({ sender }) => sender?.id === client.userId) : shown;
  return messages[pick % Math.max(1, messages.length)]?.seq;
}
