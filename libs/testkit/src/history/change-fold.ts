import { Entry_State, type Content, type Entry } from '@queqiao/protocol/client';
import { targetsOf, type MessageChange } from './changes.js';
import type { ChangeRecord } from './history.js';
import { isRefused, keyOf, keyOfEntry, placeOf, reactionKey } from './history-input.js';

/** What a message should be by now. */
export interface Folded {
  readonly entry: Entry;
  state: Entry_State;
  /** Undefined: as it was sent. */
  text: string | undefined;
  revision: number;
  /** Its edits, as stored. */
  readonly edits: Entry[];
}

const TAKEN = { recall: Entry_State.RECALLED, delete: Entry_State.DELETED };

/** Changes that were not refused, by their message's identity. */
export function changesByKey(changes: readonly ChangeRecord[]): ReadonlyMap<string, ChangeRecord> {
  return new Map(
    changes.flatMap((record) => (isRefused(record) ? [] : [[keyOf(record), record] as const])),
  );
}

/** What the stored changes of logs, one after the other, make of their messages. Also a change of unknown outcome is one if stored. */
export class ChangeFold {
  /** By place. */
  readonly messages = new Map<string, Folded>();
  readonly reactions = new Set<string>();
  readonly pins = new Set<string>();
  /** What no stored change may have done. */
  readonly breaches: string[] = [];

  constructor(private readonly changes: ReadonlyMap<string, ChangeRecord>) {}

  /** Takes the next entry of a log. */
  add(entry: Entry): void {
    const record = this.changes.get(keyOfEntry(entry));
    const place = placeOf(entry.conversationId, entry.seq);
    if (record === undefined) {
      const { UNSPECIFIED: state } = Entry_State;
      this.messages.set(place, { entry, state, text: undefined, revision: 0, edits: [] });
      return;
    }
    for (const seq of targetsOf(record.change)) {
      const target = this.messages.get(placeOf(entry.conversationId, seq));
      if (target === undefined || target.state !== Entry_State.UNSPECIFIED) {
        const why = target === undefined ? 'is no message' : 'had been taken back';
        this.breaches.push(`${place} is a ${record.change.kind} of #${seq}, which ${why}`);
        continue;
      }
      this.#apply(target, record, entry);
    }
  }

  #apply(target: Folded, { change, sender }: ChangeRecord, entry: Entry): void {
    const place = placeOf(target.entry.conversationId, target.entry.seq);
    switch (change.kind) {
      case 'recall':
      case 'delete':
        target.state = TAKEN[change.kind];
        this.pins.delete(place);
        for (const key of this.reactions) {
          if (key.startsWith(`${place} `)) this.reactions.delete(key);
        }
        return;
      case 'edit':
        target.text = change.text;
        target.revision += 1;
        target.edits.push(entry);
        return;
      case 'react': {
        const key = reactionKey(place, sender, change.emoji);
        if (change.removed) this.reactions.delete(key);
        else this.reactions.add(key);
        return;
      }
      case 'pin':
        if (change.removed) this.pins.delete(place);
        else this.pins.add(place);
    }
  }
}

/** What the entry of a change says, apart from an edit's revision and mentions; undefined: nothing, or no change. */
export function changeIn(content: Content | undefined): MessageChange | undefined {
  const body = content?.body;
  if (body?.$case === 'recall') return { kind: 'recall', targetSeq: body.value.targetSeq };
  if (body?.$case === 'delete') return { kind: 'delete', targetSeqs: body.value.targetSeqs };
  if (body?.$case === 'edit') {
    const { targetSeq, content: edited } = body.value;
    return { kind: 'edit', targetSeq, text: textOf(edited) ?? '' };
  }
  if (body?.$case === 'reaction') {
    const { targetSeq, emoji, removed } = body.value;
    return { kind: 'react', targetSeq, emoji, removed };
  }
  if (body?.$case !== 'pin') return undefined;
  return { kind: 'pin', targetSeq: body.value.targetSeq, removed: body.value.removed };
}

export function textOf(content: Content | undefined): string | undefined {
  return content?.body?.$case === 'text' ? content.body.value.text : undefined;
}
