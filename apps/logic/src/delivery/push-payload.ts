import type { Sender } from '@queqiao/domain';
import { encodeMessage, encodeWith, type BinaryWriter } from '@queqiao/protocol';
import {
  Content,
  Entry_State,
  Item,
  Presence,
  Sender as ProtoSender,
  Sender_Kind,
  toMemberState,
  TransientEvent,
} from '@queqiao/protocol/client';
import { encodeJsonItem } from '@queqiao/protocol/json';
import type { CommittedEntry } from '../append/index.js';
import type { StatePush } from './ports.js';
import type { TransientPush } from './transient-fan-out.js';

/** What a push says, encoded once per codec and only when a target uses that codec. */
export class PushPayload {
  readonly #item: () => Uint8Array;
  #encoded: Uint8Array | undefined;
  #proto: Uint8Array | undefined;
  #json: Uint8Array | undefined;

  /** `item` encodes one queqiao.client.v1.Item. */
  constructor(item: () => Uint8Array) {
    this.#item = item;
  }

  /** Bytes of a Frame with the one item. */
  get proto(): Uint8Array {
    this.#proto ??= frameOf(this.#bytes());
    return this.#proto;
  }

  /** UTF-8 text of the one item. */
  get json(): Uint8Array {
    this.#json ??= new TextEncoder().encode(encodeJsonItem(Item.decode(this.#bytes())));
    return this.#json;
  }

  #bytes(): Uint8Array {
    this.#encoded ??= this.#item();
    return this.#encoded;
  }
}

export function entryPayload(entry: CommittedEntry): PushPayload {
  if (entry.quiet) return pullPayload(entry.conversationId);
  return new PushPayload(() => encodeWith((writer) => writeEntryItem(writer, entry)));
}

/** Makes devices pull the end of a log, without a word about what is there. */
function pullPayload(conversationId: string): PushPayload {
  const value = { conversationId, reason: 'history was imported' };
  return new PushPayload(() => encodeMessage(Item, { item: { $case: 'resync', value } }));
}

export function transientPayload(push: Omit<TransientPush, 'userIds' | 'appId'>): PushPayload {
  const { conversationId, sender, createdMs } = push;
  return new PushPayload(() => {
    const value = TransientEvent.create({
      conversationId,
      sender: { kind: SENDER_KINDS[sender.kind], id: sender.id },
      createdMs,
      event: transientEvent(push.event),
    });
    return Item.encode({
      item: { $case: 'push', value: { event: { $case: 'transient', value } } },
    }).finish();
  });
}

function transientEvent(event: TransientPush['event']): TransientEvent['event'] {
  switch (event.kind) {
    case 'content':
      return { $case: 'content', value: Content.decode(event.content) };
    case 'signal': {
      const { name, data } = event;
      return { $case: 'signal', value: { name, data } };
    }
    case 'presence':
      return { $case: 'presence', value: Presence.decode(event.presence) };
    case 'face-room': {
      const { roomId, userIds, groupId } = event;
      return { $case: 'faceRoom', value: { roomId, userIds: [...userIds], groupId } };
    }
  }
}

export function statePayload({ view }: StatePush): PushPayload {
  const value = toMemberState(view);
  return new PushPayload(() =>
    encodeMessage(Item, {
      item: { $case: 'push', value: { event: { $case: 'memberState', value } } },
    }),
  );
}

const SENDER_KINDS = {
  user: Sender_Kind.USER,
  system: Sender_Kind.SYSTEM,
  business: Sender_Kind.BUSINESS,
} as const satisfies Record<Sender['kind'], Sender_Kind>;

const STATES = {
  recalled: Entry_State.RECALLED,
  deleted: Entry_State.DELETED,
} as const;

/** Tags of field numbers that hold bytes. */
const ITEM_PUSH = tag(11);
const PUSH_ENTRY = tag(1);
const FRAME_ITEMS = tag(1);

/** The bytes of Item{push{entry}}, with the content put in as it is stored instead of being read and written again. */
function writeEntryItem(writer: BinaryWriter, entry: CommittedEntry): BinaryWriter {
  writer.uint32(ITEM_PUSH).fork().uint32(PUSH_ENTRY).fork();
  writer.uint32(tag(1)).string(entry.conversationId);
  writer.uint32(varint(2)).int64(entry.seq);
  if (entry.ordinal !== 0) writer.uint32(varint(3)).int64(entry.ordinal);
  const { kind, id } = entry.sender;
  ProtoSender.encode({ kind: SENDER_KINDS[kind], id }, writer.uint32(tag(4)).fork()).join();
  if (entry.clientMsgId !== '') writer.uint32(tag(5)).string(entry.clientMsgId);
  if (entry.revision !== 0) writer.uint32(varint(6)).int64(entry.revision);
  if (entry.createdMs !== 0) writer.uint32(varint(7)).int64(entry.createdMs);
  if (entry.state === 'present') writer.uint32(tag(8)).bytes(entry.content);
  else writer.uint32(varint(9)).int32(STATES[entry.state]);
  return writer.join().join();
}

function frameOf(item: Uint8Array): Uint8Array {
  return encodeWith((writer) => writer.uint32(FRAME_ITEMS).bytes(item));
}

function tag(field: number): number {
  return (field << 3) | 2;
}

function varint(field: number): number {
  return field << 3;
}
