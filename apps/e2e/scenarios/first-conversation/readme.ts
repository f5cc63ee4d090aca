import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { checkoutRoot } from '@queqiao/testkit';

const README = readFileSync(join(checkoutRoot(), 'README.md'), 'utf8');

/** The first fenced block of this language that holds `words`. Throws when the README has none. */
export function readmeBlock(language: string, words: string): string {
  const blocks = README.matchAll(/^```(\w+)\n([^]*?)^```$/gm);
  for (const [, of, text = ''] of blocks) if (of === language && text.includes(words)) return text;
  throw new Error(`the README has no ${language} block with ${words}`);
}

/** The same text with another address; throws when it does not name `from`. */
export function redirected(text: string, from: string, to: string): string {
  if (!text.includes(from)) throw new Error(`the example does not name ${from}`);
  return text.replaceAll(from, to);
}

/**
 * Runs a script as the README says, in a folder of the checkout that `files` were written to, and resolves with what it printed.
 * Rejects when it fails.
 */
export async function runScript(
  name: string,
  files: Readonly<Record<string, string>>,
): Promise<string> {
  const parent = join(checkoutRoot(), '.data');
  mkdirSync(parent, { recursive: true });
  const dir = mkdtempSync(join(parent, 'readme-'));
  try {
    mkdirSync(join(dir, '.data'));
    for (const [file, text] of Object.entries(files)) writeFileSync(join(dir, file), text);
    const args = ['--conditions=queqiao:source', '--import', 'tsx', name];
    return (await promisify(execFile)(process.execPath, args, { cwd: dir })).stdout;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
