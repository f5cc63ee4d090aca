import { MESSAGE_KINDS, type DomainError } from '@queqiao/domain';
import { describe, expect, it } from 'vitest';
import { appRules } from '../../../test/fakes/app-rules.js';
import { checkContent, MAX_EXTRA_BYTES, MAX_MENTIONS, MAX_MERGED } from './check-content.js';
import { CONTENT_RULES } from './content-rules.js';
import type { ContentBody } from './ports.js';

const rules = appRules();
const bytes = (length: number) => new Uint8Array(length);
const url = 'https://media.example/a.jpg';
const longUrl = (length: number) => `https://e.x/${'a'.repeat(length - 12)}`;

/** A good value of every field of every kind. */
const GOOD: {
  [K in keyof typeof CONTENT_RULES]: Record<keyof (typeof CONTENT_RULES)[K], unknown>;
} = {
  text: { text: 'hi' },
  face: { pack: 'cats', name: 'wave' },
  voice: { url, durationMs: 1_000, sizeBytes: 10, format: 'opus' },
  image: { url, thumbnailUrl: '', width: 1, height: 1, sizeBytes: 1, format: 'png' },
  file: { url, name: 'a.pdf', sizeBytes: 0, mediaType: 'application/pdf' },
  location: { latitude: 30.25, longitude: 120.15, name: 'West Lake', address: '' },
  command: { name: 'ring', data: bytes(0) },
  custom: { type: 'order', data: bytes(3), summary: 'An order' },
  video: {
    url,
    coverUrl: url,
    durationMs: 1,
    width: 0,
    height: 0,
    sizeBytes: 0,
    format: 'mp4',
  },
  card: { name: 'Bob', avatarUrl: '' },
  mergedForward: { title: 'Chat' },
};
type Kind = keyof typeof GOOD;

function body(kind: Kind, fields: object = {}, more: Partial<ContentBody> = {}): ContentBody {
  return {
    kind,
    fields: { ...GOOD[kind], ...fields },
    extra: '',
    replyToSeq: undefined,
    mentions: undefined,
    ...(kind === 'card' ? { subject: { kind: 'user', id: 'bob' } } : {}),
    ...(kind === 'mergedForward' ? { merged: [merged(body('text'))] } : {}),
    ...more,
  };
}

function merged(inner: ContentBody | null, more: object = {}) {
  return { senderName: 'Ann', createdMs: 1, body: inner, ...more };
}

function refusal(input: ContentBody, encoded = bytes(1)): [string, string] | null {
  try {
    checkContent({ body: input, encoded }, rules);
    return null;
  } catch (error) {
    const { code, field } = error as DomainError;
    return [code, field];
  }
}

const invalid = (field: string) => ['INVALID_ARGUMENT', field];

describe('every kind', () => {
  it('is in the table, and passes when it is good', () => {
    expect(Object.keys(CONTENT_RULES).sort()).toEqual([...MESSAGE_KINDS, 'command'].sort());
    for (const kind of Object.keys(GOOD) as Kind[]) expect(refusal(body(kind)), kind).toBeNull();
  });

  it('that the server writes is refused', () => {
    for (const kind of ['groupCreated', 'recall', 'edit', 'delete', 'reaction', 'pin']) {
      expect(refusal({ ...body('text'), kind })).toEqual(invalid('content'));
    }
  });
});

/** Field: values at the edge that pass, values beyond it that do not. */
const EDGES: [Kind, string, string, good: unknown[], bad: unknown[]][] = [
  ['text', 'text', 'content.text.text', ['x'.repeat(10)], ['']],
  ['face', 'pack', 'content.face.pack', ['x'.repeat(64)], ['', 'x'.repeat(65), '猫'.repeat(22)]],
  ['face', 'name', 'content.face.name', ['猫'.repeat(21)], ['', 'x'.repeat(65)]],
  ['voice', 'url', 'content.voice.url', [longUrl(2_048), 'HTTP://e.x/a'], BAD_URLS()],
  ['voice', 'durationMs', 'content.voice.duration_ms', [1, 3_600_000], [0, -1, 3_600_001, 1.5]],
  ['voice', 'sizeBytes', 'content.voice.size_bytes', [0, 2 ** 53 - 1], [-1, Number.NaN]],
  ['voice', 'format', 'content.voice.format', ['', 'x'.repeat(64)], ['x'.repeat(65)]],
  ['image', 'url', 'content.image.url', [longUrl(2_048)], BAD_URLS()],
  ['image', 'thumbnailUrl', 'content.image.thumbnail_url', ['', url], BAD_URLS().slice(1)],
  ['image', 'width', 'content.image.width', [0, 1_000_000], [-1, 1_000_001]],
  ['image', 'height', 'content.image.height', [0, 1_000_000], [-1, 1_000_001]],
  ['image', 'sizeBytes', 'content.image.size_bytes', [0], [-1]],
  ['image', 'format', 'content.image.format', [''], ['x'.repeat(65)]],
  ['file', 'url', 'content.file.url', [url], BAD_URLS()],
  ['file', 'name', 'content.file.name', ['🌉'.repeat(255)], ['', 'x'.repeat(256)]],
  ['file', 'sizeBytes', 'content.file.size_bytes', [0], [-1]],
  ['file', 'mediaType', 'content.file.media_type', [''], ['x'.repeat(256)]],
  ['location', 'latitude', 'content.location.latitude', [-90, 90], [-90.01, 91, NaN, Infinity]],
  ['location', 'longitude', 'content.location.longitude', [-180, 180], [180.01, NaN, -Infinity]],
  ['location', 'name', 'content.location.name', ['', '湖'.repeat(255)], ['湖'.repeat(256)]],
  ['location', 'address', 'content.location.address', [''], ['x'.repeat(256)]],
  ['command', 'name', 'content.command.name', ['x'.repeat(64)], ['', 'x'.repeat(65)]],
  ['command', 'data', 'content.command.data', [bytes(8_192)], [bytes(8_193)]],
  ['custom', 'type', 'content.custom.type', ['x'], ['', 'x'.repeat(65)]],
  ['custom', 'data', 'content.custom.data', [bytes(20)], []],
  ['custom', 'summary', 'content.custom.summary', ['', 'x'.repeat(255)], ['x'.repeat(256)]],
  ['video', 'url', 'content.video.url', [url], BAD_URLS()],
  ['video', 'coverUrl', 'content.video.cover_url', [''], BAD_URLS().slice(1)],
  ['video', 'durationMs', 'content.video.duration_ms', [86_400_000], [0, 86_400_001]],
  ['video', 'width', 'content.video.width', [0], [-1]],
  ['video', 'height', 'content.video.height', [0], [-1]],
  ['video', 'sizeBytes', 'content.video.size_bytes', [0], [-1]],
  ['video', 'format', 'content.video.format', [''], ['x'.repeat(65)]],
  ['card', 'name', 'content.card.name', ['', '🌉'.repeat(100)], ['x'.repeat(101)]],
  ['card', 'avatarUrl', 'content.card.avatar_url', ['', url], BAD_URLS().slice(1)],
  ['mergedForward', 'title', 'content.merged_forward.title', ['x'], ['', 'x'.repeat(101)]],
];

function BAD_URLS(): unknown[] {
  return [
    '',
    'a.jpg',
    'ftp://e.x/a',
    'javascript:alert(1)',
    'data:image/png;base64,AA==',
    'https://',
    'https://e.x/a b',
    'https://e.x/\u0000',
    'https://e.x/\n',
    longUrl(2_049),
  ];
}

describe('every field', () => {
  it('has a line of edges', () => {
    const fields = Object.entries(CONTENT_RULES).flatMap(([kind, table]) =>
      Object.keys(table).map((field) => `${kind}.${field}`),
    );
    expect(EDGES.map(([kind, field]) => `${kind}.${field}`)).toEqual(fields);
  });

  it.each(EDGES)('%s.%s', (kind, field, path, good, bad) => {
    for (const value of good) expect(refusal(body(kind, { [field]: value })), 'good').toBeNull();
    for (const value of bad) {
      expect(refusal(body(kind, { [field]: value })), JSON.stringify(value)).toEqual(invalid(path));
    }
  });

  it('above a limit of the app names the limit with its own code', () => {
    const long = body('text', { text: 'x'.repeat(11) });
    expect(refusal(long)).toEqual(['LIMIT_EXCEEDED', 'content.text.text']);
    const custom = body('custom', { data: bytes(21) });
    expect(refusal(custom)).toEqual(['LIMIT_EXCEEDED', 'content.custom.data']);
    expect(refusal(body('text'), bytes(2_000))).toBeNull();
    expect(refusal(body('text'), bytes(2_001))).toEqual(['LIMIT_EXCEEDED', 'content']);
  });
});

describe('what accompanies a message', () => {
  const ids = (count: number) => Array.from({ length: count }, (_, n) => `u${n}`);

  it('is bounded and well-formed', () => {
    const cases: [Partial<ContentBody>, [string, string] | null | string[]][] = [
      [{ extra: 'x'.repeat(MAX_EXTRA_BYTES) }, null],
      [{ extra: 'x'.repeat(MAX_EXTRA_BYTES + 1) }, invalid('content.extra')],
      [{ replyToSeq: 1 }, null],
      [{ replyToSeq: 0 }, invalid('content.reply_to.seq')],
      [{ replyToSeq: -1 }, invalid('content.reply_to.seq')],
      [{ mentions: { all: false, userIds: ids(MAX_MENTIONS) } }, null],
      [
        { mentions: { all: true, userIds: ids(MAX_MENTIONS + 1) } },
        invalid('content.mentions.user_ids'),
      ],
      [
        { mentions: { all: false, userIds: ['a', 'b:c'] } },
        invalid('content.mentions.user_ids[1]'),
      ],
    ];
    for (const [more, expected] of cases) expect(refusal(body('text', {}, more))).toEqual(expected);
  });

  it('names nobody twice', () => {
    const mentions = { all: false, userIds: ['bob', 'carol', 'bob'] };
    const content = { body: body('text', {}, { mentions }), encoded: bytes(1) };
    expect(checkContent(content, rules).mentions).toEqual({
      all: false,
      userIds: ['bob', 'carol'],
    });
  });
});

describe('a card', () => {
  it('names somebody', () => {
    const withSubject = (subject: ContentBody['subject']) => refusal(body('card', {}, { subject }));
    expect(withSubject(undefined)).toEqual(invalid('content.card'));
    expect(withSubject({ kind: 'user', id: '' })).toEqual(invalid('content.card.user_id'));
    expect(withSubject({ kind: 'group', id: 'a:b' })).toEqual(invalid('content.card.group_id'));
    expect(withSubject({ kind: 'group', id: 'team' })).toBeNull();
  });
});

describe('a merged forward', () => {
  const of = (...list: ReturnType<typeof merged>[]) =>
    refusal(body('mergedForward', {}, { merged: list }));
  const at = 'content.merged_forward.messages';

  it('holds 1 to 100 messages, each as valid as one of its own', () => {
    const many = (count: number) => Array.from({ length: count }, () => merged(body('text')));
    expect(of(...many(MAX_MERGED))).toBeNull();
    expect(of()).toEqual(invalid(at));
    expect(of(...many(MAX_MERGED + 1))).toEqual(invalid(at));
    expect(of(merged(body('text')), merged(null))).toEqual(invalid(`${at}[1].content`));
    expect(of(merged(body('image', { url: 'x' })))).toEqual(invalid(`${at}[0].content.image.url`));
    expect(of(merged(body('card', {}, { subject: undefined })))).toEqual(
      invalid(`${at}[0].content.card`),
    );
    expect(of(merged(body('text'), { senderName: 'x'.repeat(101) }))).toEqual(
      invalid(`${at}[0].sender_name`),
    );
    expect(of(merged(body('text'), { createdMs: -1 }))).toEqual(invalid(`${at}[0].created_ms`));
  });

  it('holds no other one, no command, and nothing that belongs to another conversation', () => {
    expect(of(merged(body('mergedForward')))).toEqual(invalid(`${at}[0].content.merged_forward`));
    expect(of(merged(body('command')))).toEqual(invalid(`${at}[0].content.command`));
    expect(of(merged({ ...body('text'), kind: 'recall' }))).toEqual(invalid(`${at}[0].content`));
    expect(of(merged(body('text', {}, { replyToSeq: 1 })))).toEqual(
      invalid(`${at}[0].content.reply_to`),
    );
    const mentions = { all: true, userIds: [] };
    expect(of(merged(body('text', {}, { mentions })))).toEqual(
      invalid(`${at}[0].content.mentions`),
    );
  });
});
