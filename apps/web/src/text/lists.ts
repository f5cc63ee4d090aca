/** Commas of Latin and Chinese keyboards and semicolons part what is named; spaces are within it. Each once. */
export function listIn(text: string): string[] {
  const parts = text.split(/[,，、;；\n]/u).map((part) => part.trim());
  return [...new Set(parts.filter((part) => part !== ''))];
}
