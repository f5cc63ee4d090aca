import type { AppId, ConversationId } from '@queqiao/domain';
import type { Selectable } from 'kysely';
import { ENTRY_COLUMNS, toEntry, type EntryRow } from '../conversation/rows.js';
import type { EntryRecord } from '../conversation-types.js';
import { EVENTS_MAX_READ, type AppEvent, type EventPage, type EventPlace } from '../event-types.js';
import type { AppEventHeadsTable } from '../schema/events.js';
import { select, type StoreContext } from '../store-context.js';

export const EVENT_HEAD_SQL =
  'SELECT last_position, floor_position FROM app_event_heads WHERE app_id = ?';
export const OLDEST_EVENT_SQL =
  'SELECT position FROM app_events FORCE INDEX (PRIMARY) WHERE app_id = ? ORDER BY position LIMIT 1';
export const EVENTS_SQL =
  'SELECT position, conversation_id, first_seq, last_seq FROM app_events FORCE INDEX (PRIMARY) ' +
  'WHERE app_id = ? AND position >= ? ORDER BY position LIMIT ?';

/** Entries one by one: a range of seqs that comes from a list would be looked for in the whole log. */
export const EVENT_ENTRIES_SQL =
  `SELECT STRAIGHT_JOIN ${ENTRY_COLUMNS} ` +
  "FROM (SELECT conversation_id, seq FROM JSON_TABLE(?, '$[*]' COLUMNS (" +
  "conversation_id VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin PATH '$[0]', seq BIGINT PATH '$[1]')) k) k " +
  'JOIN entries e FORCE INDEX (PRIMARY) ' +
  'ON e.app_id = ? AND e.conversation_id = k.conversation_id AND e.seq = k.seq';

interface Row {
  position: number;
  conversation_id: ConversationId;
  first_seq: number;
  last_seq: number;
}

interface Wanted {
  readonly place: EventPlace;
  readonly conversationId: ConversationId;
  readonly seq: number;
}

export async function readNewest(context: StoreContext, appId: AppId): Promise<EventPlace> {
  return { position: (await readHead(context, appId)).last_position, seq: null };
}

export async function readOldest(context: StoreContext, appId: AppId): Promise<EventPlace> {
  const { last_position: newest, floor_position: floor } = await readHead(context, appId);
  const rows = await select<{ position: number }>(context, 'oldest event', OLDEST_EVENT_SQL, [
    appId,
  ]);
  const [first] = rows;
  return { position: first ? Math.max(first.position - 1, floor) : newest, seq: null };
}

async function readHead(
  context: StoreContext,
  appId: AppId,
): Promise<Pick<Selectable<AppEventHeadsTable>, 'last_position' | 'floor_position'>> {
  const [row] = await select<Selectable<AppEventHeadsTable>>(
    context,
    'event head',
    EVENT_HEAD_SQL,
    [appId],
  );
  return row ?? { last_position: 0, floor_position: 0 };
}

/**
 * Positions have no gaps but where something is missing: where the first one is not the one that follows, it is gone, or nothing
 * was written for a time. A page ends at a gap.
 */
export async function readEvents(
  context: StoreContext,
  appId: AppId,
  place: EventPlace,
): Promise<EventPage | null> {
  const newest = await readNewest(context, appId);
  if (place.position > newest.position) return null;
  if (place.position === newest.position && place.seq === null) return { events: [], place };
  const from = place.seq === null ? place.position + 1 : place.position;
  const found = await select<Row>(context, 'events', EVENTS_SQL, [appId, from, EVENTS_MAX_READ]);
  const gap = found.findIndex(({ position }, index) => position !== from + index);
  const rows = gap === -1 ? found : found.slice(0, gap);
  if (rows.length === 0) return null;
  const wanted = rows.flatMap((row) => entriesOf(row, place)).slice(0, EVENTS_MAX_READ);
  const entries = await readEntries(context, appId, wanted);
  const events = wanted.flatMap(({ place: at, conversationId, seq }): AppEvent[] => {
    const entry = entries.get(`${conversationId} ${seq}`);
    return entry === undefined ? [] : [{ place: at, entry }];
  });
  // When the page asked for the rest of a row that has none, its end.
  return { events, place: wanted.at(-1)?.place ?? { position: from, seq: null } };
}

/** Those behind the place, with the place of each: the last one completes the position. */
function entriesOf(row: Row, place: EventPlace): Wanted[] {
  const { position, conversation_id: conversationId, first_seq: first, last_seq: last } = row;
  const from = position === place.position ? Math.max(first, (place.seq ?? last) + 1) : first;
  const count = Math.min(Math.max(0, last - from + 1), EVENTS_MAX_READ);
  return Array.from({ length: count }, (_, index) => {
    const seq = from + index;
    return { conversationId, seq, place: { position, seq: seq === last ? null : seq } };
  });
}

async function readEntries(
  context: StoreContext,
  appId: AppId,
  wanted: readonly Wanted[],
): Promise<Map<string, EntryRecord>> {
  if (wanted.length === 0) return new Map();
  const keys = JSON.stringify(wanted.map(({ conversationId, seq }) => [conversationId, seq]));
  const rows = await select<EntryRow>(context, 'event entries', EVENT_ENTRIES_SQL, [keys, appId]);
  return new Map(rows.map((row) => [`${row.conversation_id} ${row.seq}`, toEntry(row)]));
}
