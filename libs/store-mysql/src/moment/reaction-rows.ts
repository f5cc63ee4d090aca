import type { ReactionRelation } from '@queqiao/domain';

/**
 * The SQL of canSeeReaction: a reaction, by whatever name, has app_id and the writer's id in the columns given. The viewer stands
 * for the question marks, VIEWERS_OF_JOINS and VIEWERS_OF_CONDITION of them. Four rows by primary key for each reaction, one where it
 * is a stranger's.
 */
export interface Writer {
  /** The statement's name for the row. */
  readonly row: string;
  /** Its column with the writer's id. */
  readonly column: string;
  /** True where the writer is the author of the post. */
  readonly isAuthor: string;
}

export const VIEWERS_OF_JOINS = 4;
export const VIEWERS_OF_CONDITION = 2;

export function writerJoins({ row, column }: Writer): string {
  const writer = `${row}.${column}`;
  const own = `${row}_own`;
  return (
    `LEFT JOIN friends ${own} FORCE INDEX (PRIMARY) ` +
    `ON ${own}.app_id = ${row}.app_id AND ${own}.user_id = ? AND ${own}.friend_id = ${writer} ` +
    `LEFT JOIN friends ${row}_theirs FORCE INDEX (PRIMARY) ON ${row}_theirs.app_id = ${row}.app_id ` +
    `AND ${row}_theirs.user_id = ${writer} AND ${row}_theirs.friend_id = ? ` +
    `LEFT JOIN blocks ${row}_b FORCE INDEX (PRIMARY) ` +
    `ON ${row}_b.app_id = ${row}.app_id AND ${row}_b.user_id = ? AND ${row}_b.blocked_id = ${writer} ` +
    `LEFT JOIN blocks ${row}_bb FORCE INDEX (PRIMARY) ` +
    `ON ${row}_bb.app_id = ${row}.app_id AND ${row}_bb.user_id = ${writer} AND ${row}_bb.blocked_id = ? `
  );
}

/** In parts, so that of strangers only the first join is read. Nobody is blocked by himself. */
export function writerIsSeen({ row, column, isAuthor }: Writer): string {
  const known = `${row}.${column} = ? OR ${isAuthor}`;
  return (
    `(${known} OR ${row}_own.active = 1) AND (${known} OR ${row}_theirs.active = 1) ` +
    `AND ${row}_b.user_id IS NULL AND ${row}_bb.user_id IS NULL`
  );
}

/** The same facts for the rule itself. */
export function relationColumns({ row }: Writer): string {
  return (
    `${row}_own.active AS own_active, ${row}_theirs.active AS theirs_active, ` +
    `${row}_b.user_id AS blocks, ${row}_bb.user_id AS blocked`
  );
}

export interface RelationRow {
  own_active: number | null;
  theirs_active: number | null;
  blocks: string | null;
  blocked: string | null;
}

export function toRelation(row: RelationRow): ReactionRelation {
  return {
    friends: row.own_active === 1 && row.theirs_active === 1,
    blocked: row.blocks !== null || row.blocked !== null,
  };
}
