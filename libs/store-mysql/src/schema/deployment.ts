export interface LogEpochTable {
  id: number;
  log_epoch: number;
}

export interface SchemaMigrationsTable {
  number: number;
  name: string;
  checksum: string;
  applied_ms: number;
}
