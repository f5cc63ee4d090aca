import { message, type Row } from './shape-row.js';

/** What messages and events say: the rows of entry.proto that stand inside an entry. */
export const CONTENT_SHAPES = {
  Content: {
    1: ['text', message('Text')],
    3: ['face', message('Face')],
    4: ['voice', message('Voice')],
    5: ['image', message('Image')],
    6: ['file', message('File')],
    7: ['location', message('Location')],
    8: ['command', message('Command')],
    9: ['custom', message('Custom')],
    10: ['video', message('Video')],
    11: ['card', message('Card')],
    12: ['merged_forward', message('MergedForward')],
    20: ['recall', message('Recall')],
    21: ['edit', message('Edit')],
    22: ['delete', message('Delete')],
    23: ['reaction', message('Reaction')],
    24: ['pin', message('Pin')],
    2: ['group_created', message('GroupCreated')],
    100: ['reply_to', message('Quote')],
    101: ['mentions', message('Mentions')],
    102: ['extra', 'string'],
  },
  Text: {
    1: ['text', 'string'],
  },
  Face: {
    1: ['pack', 'string'],
    2: ['name', 'string'],
  },
  Voice: {
    1: ['url', 'string'],
    2: ['duration_ms', 'varint'],
    3: ['size_bytes', 'varint'],
    4: ['format', 'string'],
  },
  Image: {
    1: ['url', 'string'],
    2: ['thumbnail_url', 'string'],
    3: ['width', 'varint'],
    4: ['height', 'varint'],
    5: ['size_bytes', 'varint'],
    6: ['format', 'string'],
  },
  File: {
    1: ['url', 'string'],
    2: ['name', 'string'],
    3: ['size_bytes', 'varint'],
    4: ['media_type', 'string'],
  },
  Video: {
    1: ['url', 'string'],
    2: ['cover_url', 'string'],
    3: ['duration_ms', 'varint'],
    4: ['width', 'varint'],
    5: ['height', 'varint'],
    6: ['size_bytes', 'varint'],
    7: ['format', 'string'],
  },
  Location: {
    1: ['latitude', 'double'],
    2: ['longitude', 'double'],
    3: ['name', 'string'],
    4: ['address', 'string'],
  },
  Command: {
    1: ['name', 'string'],
    2: ['data', 'bytes'],
  },
  Custom: {
    1: ['type', 'string'],
    2: ['data', 'bytes'],
    3: ['summary', 'string'],
  },
  Card: {
    1: ['user_id', 'string'],
    2: ['group_id', 'string'],
    3: ['name', 'string'],
    4: ['avatar_url', 'string'],
  },
  MergedForward: {
    1: ['title', 'string'],
    2: ['messages', message('ForwardedMessage')],
  },
  ForwardedMessage: {
    1: ['sender_name', 'string'],
    2: ['created_ms', 'varint'],
    3: ['content', message('Content')],
  },
  Quote: {
    1: ['seq', 'varint'],
  },
  Mentions: {
    1: ['all', 'varint'],
    2: ['user_ids', 'string'],
  },
  Recall: {
    1: ['target_seq', 'varint'],
  },
  Edit: {
    1: ['target_seq', 'varint'],
    2: ['content', message('Content')],
    3: ['revision', 'varint'],
  },
  Delete: {
    1: ['target_seqs', 'varints'],
  },
  Reaction: {
    1: ['target_seq', 'varint'],
    2: ['emoji', 'string'],
    3: ['removed', 'varint'],
  },
  Pin: {
    1: ['target_seq', 'varint'],
    2: ['removed', 'varint'],
  },
  GroupCreated: {
    1: ['name', 'string'],
    2: ['creator_id', 'string'],
    3: ['member_ids', 'string'],
  },
} as const satisfies Record<string, Record<number, Row>>;
