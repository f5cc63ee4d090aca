/**
 * The statements of a migration file. Semicolons inside quotes, backticks and comments do not count; comments go. Throws
 * when something is left open at the end.
 */
export function splitStatements(sql: string): string[] {
  const statements: string[] = [];
  let current = '';
  let position = 0;
  while (position < sql.length) {
    const token = nextToken(sql, position);
    position += token.length;
    if (isComment(token)) {
      current += ' ';
    } else if (token === ';') {
      statements.push(current.trim());
      current = '';
    } else {
      current += token;
    }
  }
  statements.push(current.trim());
  return statements.filter((statement) => statement !== '');
}

function isComment(token: string): boolean {
  return token.startsWith('--') || token.startsWith('#') || token.startsWith('/*');
}

function nextToken(sql: string, start: number): string {
  const char = sql.charAt(start);
  if (char === "'" || char === '"' || char === '`') return quoted(sql, start, char);
  if (char === '#' || /^--(\s|$)/.test(sql.slice(start, start + 3))) {
    const end = sql.indexOf('\n', start);
    return sql.slice(start, end < 0 ? sql.length : end);
  }
  if (sql.startsWith('/*', start)) {
    const end = sql.indexOf('*/', start + 2);
    if (end < 0) throw new Error('a comment is not closed');
    return sql.slice(start, end + 2);
  }
  return char;
}

function quoted(sql: string, start: number, quote: string): string {
  for (let position = start + 1; position < sql.length; position++) {
    if (sql.charAt(position) === '\\' && quote !== '`') position += 1;
    else if (sql.charAt(position) === quote) return sql.slice(start, position + 1);
  }
  throw new Error(`a ${quote} is not closed`);
}
