import { createFileRegistry, fromBinary, toJson } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { memberView, parseAppId, parseConversationId, parseUserId } from '@queqiao/domain';
import { Content, decodeFrame, Entry, Frame, Item, Sender_Kind } from '@queqiao/protocol/client';
import { descriptorSet } from '@queqiao/protocol/descriptor';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memberRow } from '../../test/fakes/fake-delivery.js';
import type { CommittedEntry } from '../append/index.js';
import { entryPayload, statePayload } from './push-payload.js';

const appId = parseAppId('demo');
const conversationId = parseConversationId('g:lobby');
const number = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });

const entries: fc.Arbitrary<[CommittedEntry, string]> = fc
  .record({
    seq: number.filter((seq) => seq > 0),
    ordinal: number,
    createdMs: number,
    revision: number,
    clientMsgId: fc.constantFrom('', 'm-1', 'x'.repeat(64)),
    sender: fc.constantFrom(
      { kind: 'user', id: 'alice' } as const,
      { kind: 'system', id: '' } as const,
      { kind: 'business', id: 'shop' } as const,
    ),
    text: fc.string({ unit: 'grapheme', maxLength: 3_000 }),
  })
  .map(({ text, ...rest }) => {
    const content = Content.encode(
      Content.create({ body: { $case: 'text', value: { text } } }),
    ).finish();
    return [{ appId, conversationId, content, state: 'present', ...rest }, text];
  });

const KINDS = {
  user: Sender_Kind.USER,
  system: Sender_Kind.SYSTEM,
  business: Sender_Kind.BUSINESS,
} as const;

function itemOf([entry, text]: [CommittedEntry, string]): Item {
  const { seq, ordinal, createdMs, revision, clientMsgId, sender } = entry;
  const value = Entry.create({
    conversationId,
    seq,
    ordinal,
    createdMs,
    revision,
    clientMsgId,
    sender: { kind: KINDS[sender.kind], id: sender.id },
    content: { body: { $case: 'text' as const, value: { text } } },
  });
  return { item: { $case: 'push', value: { event: { $case: 'entry', value } } } };
}

describe('an entry', () => {
  it('is the same bytes as the generated encoder makes', () => {
    fc.assert(
      fc.property(entries, (sample) => {
        const expected = Frame.encode({ items: [itemOf(sample)] }).finish();
        expect(Buffer.from(entryPayload(sample[0]).proto)).toEqual(Buffer.from(expected));
      }),
    );
  });

  it('is the same text as the proto3 JSON mapping, with int64 as strings and zeros said', () => {
    const files = createFileRegistry(fromBinary(FileDescriptorSetSchema, descriptorSet()));
    const desc = files.getMessage('queqiao.client.v1.Item');
    if (!desc) throw new Error('Item is not in the descriptor set');
    fc.assert(
      fc.property(entries, (sample) => {
        const message = fromBinary(desc, Item.encode(itemOf(sample)).finish());
        const expected = toJson(desc, message, { alwaysEmitImplicit: true });
        const json = new TextDecoder().decode(entryPayload(sample[0]).json);
        expect(JSON.parse(json)).toEqual(expected);
        expect(json).toContain(`"seq":"${sample[0].seq}"`);
      }),
    );
  });

  it('that is quiet says which conversation to pull, and nothing of itself', () => {
    const [entry] = fc.sample(entries, 1)[0] ?? [];
    if (!entry) throw new Error('no sample');
    const { proto, json } = entryPayload({ ...entry, quiet: true });
    const reason = 'history was imported';
    const said: Item = { item: { $case: 'resync', value: { conversationId, reason } } };
    expect(decodeFrame(Buffer.from(proto))).toEqual([said]);
    const told = new TextDecoder().decode(json);
    expect(JSON.parse(told)).toEqual({ resync: { conversationId, reason } });
  });

  it('is encoded once per codec', () => {
    const [entry] = fc.sample(entries, 1)[0] ?? [];
    if (!entry) throw new Error('no sample');
    const payload = entryPayload(entry);
    expect(payload.proto).toBe(payload.proto);
    expect(payload.json).toBe(payload.json);
  });

  it('of recalled content is still an entry, and says that it is', () => {
    const content = new Uint8Array(0);
    const state = 'recalled';
    const sender = { kind: 'user', id: 'alice' } as const;
    const place = { appId, conversationId, seq: 1, ordinal: 1, createdMs: 1 };
    const payload = entryPayload({
      ...place,
      sender,
      clientMsgId: 'm',
      revision: 2,
      content,
      state,
    });
    expect(decodeFrame(payload.proto)[0]?.item).toMatchObject({
      value: { event: { value: { seq: 1, revision: 2, content: undefined, state: 1 } } },
    });
  });
});

describe('a state', () => {
  const leftSeqOf = (leftSeq: number | null): unknown => {
    const head = { lastSeq: 3, lastOrdinal: 2, mentionAllSeq: 0 };
    const view = memberView(memberRow(conversationId, { rev: 4, leftSeq }), head);
    const payload = statePayload({ appId, userId: parseUserId('bob'), view });
    const item = decodeFrame(payload.proto)[0]?.item;
    const event = item?.$case === 'push' ? item.value.event : undefined;
    return event?.$case === 'memberState' ? event.value.leftSeq : 'no state';
  };

  it('tells a member from one who left, also at seq 0', () => {
    expect(leftSeqOf(null)).toBeUndefined();
    expect(leftSeqOf(0)).toBe(0);
  });
});
