import { sql, type RawBuilder } from 'kysely';

/** The value that an upsert brought, in its ON DUPLICATE KEY UPDATE: the one spelling that MySQL and MariaDB share. */
export function incoming<T>(column: string): RawBuilder<T> {
  return sql<T>`VALUES(${sql.ref(column)})`;
}
