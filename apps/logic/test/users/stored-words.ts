import { queryRows } from '@queqiao/testkit';

/** Columns of all tables that have this text anywhere. */
export async function columnsWith(url: string, words: string): Promise<string[]> {
  const columns = await queryRows(
    url,
    `SELECT table_name AS t, column_name AS c FROM information_schema.columns
     WHERE table_schema = DATABASE() AND data_type IN ('varchar', 'mediumtext', 'mediumblob', 'json', 'longtext', 'varbinary')`,
  );
  const found = await Promise.all(
    columns.map(async ({ t, c }) => {
      const query = `SELECT 1 FROM \`${String(t)}\` WHERE INSTR(CAST(\`${String(c)}\` AS BINARY), '${words}') LIMIT 1`;
      const rows = await queryRows(url, query);
      return rows.length > 0 ? [`${String(t)}.${String(c)}`] : [];
    }),
  );
  return found.flat();
}

/** Kinds of the entries that have it. */
export async function kindsWith(url: string, words: string): Promise<string[]> {
  const rows = await queryRows(
    url,
    `SELECT DISTINCT kind FROM entries WHERE INSTR(CAST(content AS BINARY), '${words}') ORDER BY kind`,
  );
  return rows.map(({ kind }) => String(kind));
}
