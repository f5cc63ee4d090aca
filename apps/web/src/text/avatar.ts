/** Colours there are; app.css has one class for each. */
export const AVATAR_HUES = 12;

/** One or two characters for a name: initials of Latin names, the last character of Chinese ones, as is the custom. */
export function initialsOf(name: string): string {
  const words = name.split(/[\s._-]+/u).filter((word) => word !== '');
  const [first = '?'] = words;
  if (/\p{Script=Han}/u.test(first)) return graphemes(first).at(-1) ?? '?';
  const last = words.length > 1 ? (words.at(-1) ?? '') : '';
  return [first, last].map((word) => (graphemes(word)[0] ?? '').toUpperCase()).join('');
}

/** The colour of an id: the same on every device and for ever. */
export function hueOf(id: string): number {
  let hash = 0;
  for (const character of id) hash = (hash * 331 + (character.codePointAt(0) ?? 0)) % 65_521;
  return hash % AVATAR_HUES;
}

/** One to three emoji and nothing else are drawn large. */
export function isLargeEmoji(text: string): boolean {
  const parts = graphemes(text.trim());
  return (
    parts.length > 0 &&
    parts.length <= 3 &&
    parts.every((part) => /\p{Emoji_Presentation}|\p{Extended_Pictographic}\uFE0F/u.test(part))
  );
}

function graphemes(text: string): string[] {
  const segments = new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text);
  return Array.from(segments, ({ segment }) => segment);
}
