import { createFileRegistry, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameError, decodeFrame, encodeItems, encodeReplyFrame } from './frame-codec.js';
import { SHAPES, shapeOf, type ShapeName } from './frame-shapes.js';
import { descriptorSet } from './gen/descriptor-set.js';
import { anyItem, sampleItems } from '../test/items.js';

function bytes(...values: number[]): Uint8Array {
  return Uint8Array.from(values);
}

/** Decodes, or tells the FrameError; any other error escapes. */
function attempt(input: Uint8Array): { items: unknown[] } | FrameError {
  try {
    return { items: decodeFrame(input) };
  } catch (error) {
    if (error instanceof FrameError) return error;
    throw error;
  }
}

function refusal(input: Uint8Array): FrameError {
  const outcome = attempt(input);
  if (!(outcome instanceof FrameError)) throw new Error('was accepted');
  return outcome;
}

describe('frame codec', () => {
  it('reads back what it wrote', () => {
    fc.assert(
      fc.property(fc.array(anyItem, { maxLength: 5 }), (items) => {
        expect(decodeFrame(encodeItems(items))).toEqual(items);
      }),
    );
  });

  it('lets frames concatenate', () => {
    fc.assert(
      fc.property(fc.array(anyItem), fc.array(anyItem), (left, right) => {
        const joined = Uint8Array.from([...encodeItems(left), ...encodeItems(right)]);
        expect(decodeFrame(joined)).toEqual([...left, ...right]);
      }),
      { numRuns: 30 },
    );
  });

  it('answers every prefix with fewer items or a FrameError', () => {
    const whole = encodeItems(sampleItems);
    let shorter = 0;
    for (let length = 0; length < whole.length; length++) {
      const outcome = attempt(whole.subarray(0, length));
      if (outcome instanceof FrameError) continue;
      expect(outcome.items).toEqual(sampleItems.slice(0, outcome.items.length));
      expect(outcome.items.length).toBeLessThan(sampleItems.length);
      shorter++;
    }
    expect(shorter).toBe(sampleItems.length);
  });

  it('answers garbage and damaged frames with items or a FrameError, never another error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (garbage) => {
        attempt(garbage);
      }),
      { numRuns: 2000 },
    );
    const whole = encodeItems(sampleItems);
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, value) => {
        const damaged = whole.slice();
        damaged[at] = value;
        attempt(damaged);
      }),
      { numRuns: 2000 },
    );
  });

  it('writes replies by hand exactly like the generated encoder', () => {
    fc.assert(
      fc.property(
        fc.nat(0xffff_ffff),
        fc.uint8Array({ maxLength: 20_000, size: 'max' }),
        (id, body) => {
          const generated = encodeItems([
            { item: { $case: 'reply', value: { id, result: { $case: 'body', value: body } } } },
          ]);
          expect(Buffer.compare(encodeReplyFrame(id, body), generated)).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('strictness', () => {
  const cases: [string, Uint8Array, string][] = [
    ['an unknown item', bytes(0x0a, 0x02, 0x7a, 0x00), ''],
    ['an unknown frame field', bytes(0x12, 0x00), ''],
    ['an empty item', bytes(0x0a, 0x00), ''],
    ['two fields in one item', bytes(0x0a, 0x04, 0x12, 0x00, 0x12, 0x00), ''],
    ['a call id as a string', bytes(0x0a, 0x04, 0x1a, 0x02, 0x0a, 0x00), 'call.id'],
    ['a call as a number', bytes(0x0a, 0x02, 0x18, 0x01), 'call'],
    ['a group inside a call', bytes(0x0a, 0x04, 0x1a, 0x02, 0x7b, 0x7c), 'call'],
    ['a length beyond its parent', bytes(0x0a, 0x05, 0x1a, 0x02, 0x12, 0x7f, 0x41), 'call.method'],
    ['a length of 2^31', bytes(0x0a, 0x80, 0x80, 0x80, 0x80, 0x08), ''],
    ['a varint of 11 bytes', bytes(...Array<number>(10).fill(0x80), 0x01), ''],
    ['field number zero', bytes(0x02, 0x00), ''],
    ['text that is not UTF-8', bytes(0x0a, 0x05, 0x1a, 0x03, 0x12, 0x01, 0xff), 'call.method'],
    [
      'a call id above 2^32',
      bytes(0x0a, 0x08, 0x1a, 0x06, 0x08, 0xff, 0xff, 0xff, 0xff, 0x1f),
      'call.id',
    ],
    [
      'an int64 above 2^53',
      bytes(0x0a, 0x0b, 0x22, 0x09, 0x10, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f),
      '',
    ],
  ];
  it.each(cases)('refuses %s', (_name, input, field) => {
    expect(refusal(input).field).toBe(field);
  });

  it('refuses more items than allowed', () => {
    const pings = Array.from({ length: 5 }, () => ({
      item: { $case: 'ping' as const, value: {} },
    }));
    expect(decodeFrame(encodeItems(pings), 5)).toHaveLength(5);
    expect(() => decodeFrame(encodeItems(pings), 4)).toThrow(FrameError);
  });

  it('skips unknown fields inside of an item, which a newer peer may send', () => {
    const input = bytes(0x0a, 0x06, 0x1a, 0x04, 0x08, 0x07, 0x78, 0x01);
    expect(decodeFrame(input)).toMatchObject([{ item: { $case: 'call', value: { id: 7 } } }]);
  });
});

describe('the table of shapes', () => {
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, descriptorSet()));
  const names = Object.keys(SHAPES) as ShapeName[];

  it.each(names)('%s has the fields of the descriptor set', (name) => {
    const pkg = name === 'Error' ? 'common' : 'client';
    const desc = registry.getMessage(`queqiao.${pkg}.v1.${name}`);
    const byNumber = [...(desc?.fields ?? [])].sort((a, b) => a.number - b.number);
    const expected = byNumber.map((field) => {
      const message = field.message?.name;
      return [field.number, field.name, message ?? (field.enum ? 'enum' : field.scalar)];
    });
    const scalars = { double: 1, varints: 3, string: 9, bytes: 12, uint32: 13 };
    const varints: unknown[] = [3, 5, 8];
    const actual = shapeOf(name).fields.flatMap((field, number) => {
      if (field === undefined) return [];
      if (field.type === 'message') return [[number, field.name, field.shape?.name]];
      if (field.type !== 'varint') return [[number, field.name, scalars[field.type]]];
      // Plain varints: enums, int64 (3), int32 (5) and bool (8); others would need a decision of their own.
      const described = desc?.fields.find((candidate) => candidate.number === number);
      const scalar = described?.enum ? 'enum' : described?.scalar;
      const plain = scalar === 'enum' || varints.includes(scalar);
      return [[number, field.name, plain ? scalar : 'not a varint']];
    });
    expect(actual).toEqual(expected);
  });
});
