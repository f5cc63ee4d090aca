import { CONTENT_SHAPES } from './content-shapes.js';
import { message, type Row, type Scalar } from './shape-row.js';

export type ShapeName = keyof typeof SHAPES;

/**
 * Which wire type every field of the socket's messages has: what a strict reader needs and generated decoders do not keep.
 * A test compares these rows with the descriptor set, so a new field cannot be forgotten here.
 */
export const SHAPES = {
  Frame: { 1: ['items', message('Item')] },
  Item: {
    1: ['connect', message('Connect')],
    2: ['ping', message('Ping')],
    3: ['call', message('Call')],
    4: ['ack', message('Ack')],
    5: ['refresh', message('Refresh')],
    8: ['connected', message('Connected')],
    9: ['pong', message('Pong')],
    10: ['reply', message('Reply')],
    11: ['push', message('Push')],
    12: ['resync', message('Resync')],
    13: ['disconnect', message('Disconnect')],
  },
  Connect: {
    1: ['token', 'string'],
    2: ['device', message('Device')],
    3: ['generation', 'varint'],
  },
  Device: {
    1: ['id', 'string'],
    2: ['platform', 'varint'],
    3: ['brand', 'string'],
    4: ['model', 'string'],
    5: ['os_version', 'string'],
    6: ['app_version', 'string'],
  },
  Ping: {},
  Call: {
    1: ['id', 'uint32'],
    2: ['method', 'string'],
    3: ['body', 'bytes'],
    4: ['affinity', 'string'],
    5: ['request_id', 'string'],
  },
  Ack: { 1: ['conversation_id', 'string'], 2: ['seq', 'varint'] },
  Refresh: { 1: ['token', 'string'] },
  Connected: {
    1: ['session_id', 'string'],
    2: ['app_id', 'string'],
    3: ['user_id', 'string'],
    4: ['log_epoch', 'varint'],
    5: ['server_ms', 'varint'],
    6: ['token_expires_ms', 'varint'],
    7: ['ping_interval_ms', 'varint'],
    8: ['silence_limit_ms', 'varint'],
  },
  Pong: { 1: ['server_ms', 'varint'] },
  Reply: { 1: ['id', 'uint32'], 2: ['body', 'bytes'], 3: ['error', message('Error')] },
  Error: {
    1: ['code', 'varint'],
    2: ['message', 'string'],
    3: ['field', 'string'],
    4: ['retry_after_ms', 'varint'],
    5: ['request_id', 'string'],
  },
  Push: {
    1: ['entry', message('Entry')],
    2: ['token_expiring', message('TokenExpiring')],
    3: ['member_state', message('MemberState')],
    4: ['transient', message('TransientEvent')],
  },
  TransientEvent: {
    1: ['conversation_id', 'string'],
    2: ['sender', message('Sender')],
    3: ['created_ms', 'varint'],
    4: ['content', message('Content')],
    5: ['signal', message('SignalEvent')],
    6: ['presence', message('Presence')],
    7: ['face_room', message('FaceRoomEvent')],
  },
  Presence: {
    1: ['user_id', 'string'],
    2: ['online', 'varint'],
    3: ['platforms', 'string'],
    4: ['last_seen_ms', 'varint'],
  },
  FaceRoomEvent: {
    1: ['room_id', 'string'],
    2: ['user_ids', 'string'],
    3: ['group_id', 'string'],
  },
  SignalEvent: { 1: ['name', 'string'], 2: ['data', 'bytes'] },
  Entry: {
    1: ['conversation_id', 'string'],
    2: ['seq', 'varint'],
    3: ['ordinal', 'varint'],
    4: ['sender', message('Sender')],
    5: ['client_msg_id', 'string'],
    6: ['revision', 'varint'],
    7: ['created_ms', 'varint'],
    8: ['content', message('Content')],
    9: ['state', 'varint'],
  },
  Sender: { 1: ['kind', 'varint'], 2: ['id', 'string'] },
  ...CONTENT_SHAPES,
  TokenExpiring: { 1: ['expires_ms', 'varint'] },
  MemberState: {
    1: ['conversation_id', 'string'],
    2: ['rev', 'varint'],
    3: ['read_seq', 'varint'],
    4: ['read_ordinal', 'varint'],
    5: ['unread', 'varint'],
    6: ['joined_seq', 'varint'],
    7: ['left_seq', 'varint'],
    8: ['cleared_seq', 'varint'],
    9: ['peer_read_seq', 'varint'],
    10: ['peer_delivered_seq', 'varint'],
    11: ['settings', message('ConversationSettings')],
    12: ['mentioned_seq', 'varint'],
    13: ['hidden_seqs', 'varints'],
    14: ['hidden_through_seq', 'varint'],
    15: ['role', 'varint'],
    16: ['muted_until_ms', 'varint'],
    17: ['blocked_by_peer', 'varint'],
  },
  ConversationSettings: {
    1: ['pinned', 'varint'],
    2: ['muted', 'varint'],
    3: ['hidden', 'varint'],
    4: ['draft', 'string'],
    5: ['remark', 'string'],
    6: ['marked_unread', 'varint'],
  },
  Resync: { 1: ['conversation_id', 'string'], 2: ['reason', 'string'] },
  Disconnect: {
    1: ['code', 'uint32'],
    2: ['reason', 'string'],
    3: ['reconnect_after_ms', 'varint'],
    4: ['error', message('Error')],
  },
} as const satisfies Record<string, Record<number, Row>>;

export interface Field {
  readonly name: string;
  readonly wireType: 0 | 1 | 2;
  /** `uint32` is range-checked, `string` must be UTF-8; `varints` come packed or one by one. */
  readonly type: Scalar | 'message';
  readonly shape: Shape | null;
}
/** Fields by number; undefined where there is none. */
export interface Shape {
  readonly name: ShapeName;
  readonly fields: readonly (Field | undefined)[];
}

/** Resolves the rows once: every later look-up is an array index. */
export function shapeOf(name: ShapeName): Shape {
  const known = resolved.get(name);
  if (known !== undefined) return known;
  const fields: (Field | undefined)[] = [];
  const shape: Shape = { name, fields };
  resolved.set(name, shape);
  for (const [number, row] of Object.entries<Row>(SHAPES[name])) {
    fields[Number(number)] = fieldOf(row);
  }
  return shape;
}

const resolved = new Map<ShapeName, Shape>();

function fieldOf([name, type]: Row): Field {
  if (typeof type === 'object') {
    return { name, wireType: 2, type: 'message', shape: shapeOf(type.message as ShapeName) };
  }
  return { name, wireType: WIRE_TYPES[type], type, shape: null };
}

const WIRE_TYPES = {
  uint32: 0,
  varint: 0,
  varints: 0,
  double: 1,
  string: 2,
  bytes: 2,
} as const satisfies Record<Scalar, Field['wireType']>;
