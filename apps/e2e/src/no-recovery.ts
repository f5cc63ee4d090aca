import { queryRows, type TestCluster } from '@queqiao/testkit';

/** What is pushed late is pushed by whoever finds that it was not: from here on nobody ever does, so what comes has come at once. */
export async function withoutRecovery({ database }: TestCluster): Promise<void> {
  const sql =
    'CREATE TRIGGER no_recovery BEFORE INSERT ON dispatch FOR EACH ROW SET NEW.due_ms = NEW.due_ms + 86400000';
  await queryRows(database.rootUrl, sql);
}
