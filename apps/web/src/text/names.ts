/** Commas of Latin and Chinese keyboards and semicolons part names; spaces are within them. */
export function namesIn(text: string): string[] {
  const names = text.split(/[,，、;；\n]/u).map((name) => name.trim());
  return [...new Set(names.filter((name) => name !== ''))];
}
