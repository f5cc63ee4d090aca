import type { EpochStore } from './database.js';
import { StoreDefect } from './errors.js';
import type { StoreContext } from './store-context.js';

export class MysqlEpochStore implements EpochStore {
  constructor(private readonly context: StoreContext) {}

  async logEpoch(): Promise<number> {
    const row = await this.context.kysely
      .selectFrom('log_epoch')
      .select('log_epoch')
      .executeTakeFirst();
    if (row === undefined) throw new StoreDefect('log_epoch has no row');
    return row.log_epoch;
  }
}
