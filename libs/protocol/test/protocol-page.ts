/** docs/protocol.md as data: its fenced blocks and its tables. */
import { readFileSync } from 'node:fs';

const page = readFileSync(new URL('../../../docs/protocol.md', import.meta.url), 'utf8');

/** The contents of all fenced blocks of a language, in order. */
export function blocks(language: string): string[] {
  const fence = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm');
  return [...page.matchAll(fence)].map((match) => match[1] ?? '');
}

/** Cells of all rows whose first cell matches, code marks removed. */
export function rows(firstCell: RegExp): string[][] {
  return page
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => line.split('|').slice(1, -1))
    .map((cells) => cells.map((cell) => cell.replaceAll('`', '').trim()))
    .filter(([first = '']) => firstCell.test(first));
}

/** What stands between code marks in the text, without the fenced blocks. */
export function codeSpans(): string[] {
  const text = page.replace(/^```[\s\S]*?^```$/gm, '');
  return [...text.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');
}

/** The bytes of a block of hexadecimal pairs; what follows a # is a remark. */
export function hexBytes(block: string): Uint8Array {
  const pairs = block
    .split('\n')
    .flatMap((line) => (line.split('#')[0] ?? '').split(/\s+/))
    .filter((pair) => pair !== '');
  return Uint8Array.from(pairs, (pair) => {
    if (!/^[0-9a-f]{2}$/.test(pair)) throw new Error(`not a byte: ${pair}`);
    return Number.parseInt(pair, 16);
  });
}
