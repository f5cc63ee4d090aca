import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { splitStatements } from './split-statements.js';

export interface Migration {
  /** 1, 2, 3 … without a gap. */
  readonly number: number;
  /** File name without extension. */
  readonly name: string;
  /** SHA-256 of the file's text with line ends made \n. */
  readonly checksum: string;
  readonly statements: readonly string[];
}

/** The migrations of a folder in their order. Throws when names or numbers are not NNNN-name.sql from 0001 without a gap. */
export async function readMigrations(directory: string): Promise<Migration[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.sql')).sort();
  const migrations = await Promise.all(names.map((name) => readMigration(directory, name)));
  migrations.forEach(({ number, name }, index) => {
    if (number !== index + 1) {
      throw new Error(`migration ${name}: the number after ${index} must be ${index + 1}`);
    }
  });
  return migrations;
}

async function readMigration(directory: string, fileName: string): Promise<Migration> {
  const match = /^(\d{4})-[a-z0-9-]+\.sql$/.exec(fileName);
  if (match === null) throw new Error(`migration ${fileName}: must be named NNNN-name.sql`);
  const sql = (await readFile(join(directory, fileName), 'utf8')).replaceAll('\r\n', '\n');
  return {
    number: Number(match[1]),
    name: fileName.slice(0, -'.sql'.length),
    checksum: createHash('sha256').update(sql).digest('hex'),
    statements: splitStatements(sql),
  };
}
