import type { Schema } from './schema.js';

/** How a column arrives: BIGINT and INT as number, BLOB and BINARY as Buffer, JSON parsed. */
export type ColumnKind = 'number' | 'string' | 'buffer' | 'json';

/** Of every table. */
export type Columns = {
  [Table in keyof Schema]: {
    [Column in keyof Schema[Table]]-?: null extends Schema[Table][Column]
      ? `${ColumnKind}?`
      : ColumnKind;
  };
};
