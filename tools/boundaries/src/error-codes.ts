/** Error codes as the sources name them. */

/** The rows of the table, in order. */
export function codesInTable(text: string): string[] {
  return [...text.matchAll(/^ {2}([A-Z_]+): row\(/gm)].map(([, code = '']) => code);
}

/** Texts that look like codes, where they are said rather than compared with. */
export function codesMade(text: string): ReadonlySet<string> {
  const code = text.replace(/^\s*(?:\/\/|\*|\/\*\*).*$/gm, '');
  const said = code.replace(/(?:[!=]==\s*|\bcase\s+)'[A-Z_]+'/g, '');
  const made = new Set([...said.matchAll(/'([A-Z]+(?:_[A-Z]+)*)'/g)].map(([, each = '']) => each));
  if (/\binvalidArgument\(/.test(said)) made.add('INVALID_ARGUMENT');
  return made;
}
