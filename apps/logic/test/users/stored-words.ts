import { queryRows } from '@queqiao/testkit';

/** Columns of all tables that have this text anywhere. */
export async function columnsWith(url: string, words: string): Promise<string[]> {
  const columns = await queryRows(
    url,
    `SELECT table_name AS t, column_name AS c FROM information_schema.columns
     WHERE table_schema = DATABASE() AND data_type IN ('varchar', 'mediumtext', 'mediumblob', 'json', 'longtext', 'varbinary')`,
  );
  // One statement: a connection for each column would be too many beside other files.
  const each = columns.map(({ t, c }) => {
    const has = `INSTR(CAST(\`${String(c)}\` AS BINARY), '${words}')`;
    return `(SELECT '${String(t)}.${String(c)}' AS found FROM \`${String(t)}\` WHERE ${has} LIMIT 1)`;
  });
  const rows = await queryRows(url, each.join(' UNION ALL '));
  return rows.map(({ found }) => String(found));
}

/** Kinds of the entries that have it. */
export async function kindsWith(url: string, words: string): Promise<string[]> {
  const rows = await queryRows(
    url,
    `SELECT DISTINCT kind FROM entries WHERE INSTR(CAST(content AS BINARY), '${words}') ORDER BY kind`,
  );
  return rows.map(({ kind }) => String(kind));
}
