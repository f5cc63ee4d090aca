import { DummyDriver, Kysely, MysqlAdapter, MysqlIntrospector, MysqlQueryCompiler } from 'kysely';
import type { RawBuilder } from 'kysely';

/** Turns builders into statements without a database. */
const compiler = new Kysely<unknown>({
  dialect: {
    createAdapter: () => new MysqlAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new MysqlIntrospector(db),
    createQueryCompiler: () => new MysqlQueryCompiler(),
  },
});

export function compiled(builder: RawBuilder<unknown>) {
  const { sql, parameters } = builder.compile(compiler);
  return { sql, values: parameters as (string | number)[] };
}
