import { contents, mentioning, type QueqiaoClient } from '@queqiao/sdk';
import type { SettingsChange } from '@queqiao/sdk/testing';
import type { Choices } from '../../src/scenario.js';

const EMOJI = ['👍', '🌉', '鹊'];
const PEOPLE = [['alice'], ['bob'], ['alice', 'bob']];
/** What is done to messages is done to one of the newest of these. */
const NEAR = 12;

/** Something of a user's own that was changed, as the model is told of it. */
export type OwnDeed =
  | { readonly kind: 'read'; readonly seq: number }
  | { readonly kind: 'delete for me'; readonly seqs: readonly number[] }
  | { readonly kind: 'settings'; readonly change: SettingsChange }
  | { readonly kind: 'clear' };

/** As often as they stand here. */
const WRITES =
  'say say say say quietly name everybody edit edit edit-names recall delete react react react unreact pin unpin'.split(
    ' ',
  );

/** Writes a message, or does something to one. What comes of it is told by the outbox. */
export function write(client: QueqiaoClient, id: string, choices: Choices, words: string): void {
  const what = choices.pick(WRITES);
  const text = contents.text(words);
  const people = choices.pick(PEOPLE);
  const emoji = choices.pick(EMOJI);
  const any = near(client, id, choices, false);
  const own = near(client, id, choices, true) ?? any;
  if (what === 'quietly') return later(client.send(id, text, { notCounted: true }));
  if (what === 'name') return later(client.send(id, mentioning(people, text)));
  if (what === 'everybody') return later(client.send(id, mentioning('all', text)));
  if (what === 'say' || own === undefined || any === undefined) {
    return later(client.send(id, text));
  }
  if (what === 'edit') return later(client.edit(id, own, text));
  if (what === 'edit-names') return later(client.edit(id, own, mentioning(people, text)));
  if (what === 'recall') return later(client.recall(id, own));
  if (what === 'delete') return later(client.deleteForAll(id, [own]));
  if (what === 'react' || what === 'unreact') {
    return later(client.react(id, any, emoji, what === 'unreact'));
  }
  return later(client.pin(id, any, what === 'unpin'));
}

/** One change of the user's own; undefined: there is nothing to do it to. `calm`: nobody writes into the conversation. */
export function chooseOwn(
  client: QueqiaoClient,
  id: string,
  choices: Choices,
  calm: boolean,
): OwnDeed | undefined {
  const seq = near(client, id, choices, false);
  const on = choices.below(2) === 0;
  const settings: SettingsChange[] = [
    { pinned: on },
    { muted: on },
    { markedUnread: on },
    { draft: on ? `draft ${choices.below(1_000)}` : '' },
    { remark: on ? `remark ${choices.below(1_000)}` : '', muted: !on },
    { hidden: calm },
  ];
  const kinds = ['settings', 'settings', 'settings', 'read', 'delete for me'] as const;
  const kind = choices.pick(calm ? ([...kinds, 'clear'] as const) : kinds);
  if (kind === 'settings') return { kind, change: choices.pick(settings) };
  if (kind === 'clear') return choices.below(3) === 0 ? { kind } : undefined;
  if (seq === undefined) return undefined;
  return kind === 'read' ? { kind, seq } : { kind, seqs: [seq] };
}

/** Resolves when the server has it; a client that ends before hands it to the next one. */
export function doOwn(client: QueqiaoClient, id: string, deed: OwnDeed): Promise<void> {
  switch (deed.kind) {
    case 'read':
      return client.markRead(id, deed.seq);
    case 'delete for me':
      return client.deleteForMe(id, deed.seqs);
    case 'settings':
      return client.updateSettings(id, deed.change);
    case 'clear':
      return client.clearHistory(id);
  }
}

function near(
  client: QueqiaoClient,
  id: string,
  choices: Choices,
  ownOnly: boolean,
): number | undefined {
  const shown = client.messages(id).filter(({ sender }) => sender?.id !== '');
  const messages = ownOnly ? shown.filter(({ sender }) => sender?.id === client.userId) : shown;
  const newest = messages.slice(-NEAR);
  return newest.length === 0 ? undefined : choices.pick(newest).seq;
}

function later(receipt: Promise<unknown>): void {
  receipt.catch(() => undefined);
}
