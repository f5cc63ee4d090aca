/** For LIKE: whatever begins with the text, or holds it, read literally. */
export function beginningWith(text: string): string {
  return `${literal(text)}%`;
}

export function holding(text: string): string {
  return `%${literal(text)}%`;
}

function literal(text: string): string {
  return text.replaceAll(/[\\%_]/g, String.raw`\$&`);
}
