import { afterAll, beforeAll, expect, it } from 'vitest';
import { EXEMPT_TABLES, TENANT_TABLES } from '../../src/index.js';
import { COLUMNS } from '../../src/schema/columns.js';
import { StoreRig } from '../rig/store-rig.js';

interface Column {
  table_name: string;
  column_name: string;
  data_type: string;
  column_type: string;
  is_nullable: 'YES' | 'NO';
  collation_name: string | null;
}

let rig: StoreRig;
let columns: Column[];

beforeAll(async () => {
  rig = await StoreRig.start();
  columns = await rig.rows<Column>(
    `SELECT table_name AS table_name, column_name AS column_name, data_type AS data_type, column_type AS column_type,
     is_nullable AS is_nullable, collation_name AS collation_name
     FROM information_schema.columns WHERE table_schema = ? ORDER BY table_name, ordinal_position`,
    [rig.created.name],
  );
});
afterAll(() => rig.stop());

/** JSON is a type of its own on MySQL, and LONGTEXT with a check on MariaDB, where nothing else here is LONGTEXT. */
function kindOf({ data_type: type, is_nullable: nullable }: Column): string {
  const kinds: Record<string, string> = {
    bigint: 'number',
    int: 'number',
    tinyint: 'number',
    varchar: 'string',
    mediumtext: 'string',
    varbinary: 'buffer',
    binary: 'buffer',
    mediumblob: 'buffer',
    json: 'json',
    longtext: 'json',
  };
  return `${kinds[type] ?? type}${nullable === 'YES' ? '?' : ''}`;
}

it('the row types have exactly the columns of the migrated database', () => {
  const found: Record<string, Record<string, string>> = {};
  for (const column of columns) {
    (found[column.table_name] ??= {})[column.column_name] = kindOf(column);
  }
  expect(found).toEqual(COLUMNS);
});

it('every table is either of tenants and begins its key with app_id, or exempt by name', async () => {
  const keys = await rig.rows<{ table_name: string; column_name: string }>(
    `SELECT table_name AS table_name, column_name AS column_name FROM information_schema.statistics
     WHERE table_schema = ? AND index_name = 'PRIMARY' AND seq_in_index = 1`,
    [rig.created.name],
  );
  const tenants = keys
    .filter((each) => each.column_name === 'app_id')
    .map((each) => each.table_name);
  expect(tenants.sort()).toEqual([...TENANT_TABLES].sort());
  const others = keys
    .filter((each) => each.column_name !== 'app_id')
    .map((each) => each.table_name);
  expect(others.sort()).toEqual(Object.keys(EXEMPT_TABLES).sort());
});

it('ids are compared by byte and times are whole milliseconds', () => {
  for (const column of columns) {
    if (/(^|_)id$|^kid$/.test(column.column_name) && column.table_name !== 'log_epoch') {
      expect([column.column_name, column.collation_name]).toEqual([
        column.column_name,
        'ascii_bin',
      ]);
    }
    if (column.column_name.endsWith('_ms')) expect(column.data_type).toBe('bigint');
  }
});
