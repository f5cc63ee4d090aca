import { expect, it } from 'vitest';
import { splitStatements } from './split-statements.js';

it('splits at semicolons that end statements only', () => {
  const sql = `-- first; comment
    CREATE TABLE a (b VARCHAR(9) DEFAULT 'x;''y\\';'); # other; comment
    /* block; comment */ SELECT \`odd;name\`, "z;" ; ; SELECT 1--2`;
  expect(splitStatements(sql)).toEqual([
    `CREATE TABLE a (b VARCHAR(9) DEFAULT 'x;''y\\';')`,
    'SELECT `odd;name`, "z;"',
    'SELECT 1--2',
  ]);
});

it('refuses what is left open', () => {
  expect(() => splitStatements("SELECT 'open")).toThrow('not closed');
  expect(() => splitStatements('SELECT 1 /* open')).toThrow('not closed');
});
