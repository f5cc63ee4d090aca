import { execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { checkoutRoot } from '@queqiao/testkit';
import { RunningExample } from './running-example.js';

type Env = Readonly<Record<string, string>>;

/** docs/embed.md, followed in a folder of its own below the checkout by somebody whose server is elsewhere. */
export class Guide {
  readonly dir: string;
  readonly commands: readonly string[];
  readonly #text: string;
  readonly #env: Env;

  /** @param places what stands on the page, and what stands here in its place */
  constructor(places: Env, env: Env) {
    const page = readFileSync(join(checkoutRoot(), 'docs', 'embed.md'), 'utf8');
    for (const place of Object.keys(places)) {
      if (!page.includes(place)) throw new Error(`the guide does not name ${place}`);
    }
    this.#text = Object.entries(places).reduce(
      (text, [from, to]) => text.replaceAll(from, to),
      page,
    );
    this.#env = { ...(process.env as Env), ...env };
    const parent = join(checkoutRoot(), '.data', 'examples');
    mkdirSync(parent, { recursive: true });
    this.dir = mkdtempSync(join(parent, 'guide-'));
    for (const folder of ['proto', 'libs']) {
      symlinkSync(join(checkoutRoot(), folder), join(this.dir, folder));
    }
    this.commands = this.#blocks('bash').flatMap((block) => block.trim().split(/\n\s*/));
  }

  /** Saves the page's blocks under the names that it gives them. */
  save(): void {
    mkdirSync(join(this.dir, 'shop'), { recursive: true });
    for (const [language, file] of [
      ['js', 'back-end.mjs'],
      ['html', 'page.html'],
      ['ts', 'page.ts'],
    ] as const) {
      const [block, ...more] = this.#blocks(language);
      if (block === undefined || more.length > 0) throw new Error(`not one ${language} block`);
      writeFileSync(join(this.dir, 'shop', file), block);
    }
  }

  /** What the command prints. Rejects when it fails, or is not one of the page's. */
  async run(command: string): Promise<string> {
    const options = { cwd: this.dir, env: this.#env };
    return (await promisify(execFile)('sh', ['-c', this.#here(command)], options)).stdout;
  }

  start(command: string): RunningExample {
    const options = { cwd: this.dir, env: this.#env, detached: true };
    return new RunningExample(spawn('sh', ['-c', this.#here(command)], options));
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }

  #here(command: string): string {
    if (!this.commands.includes(command)) throw new Error(`the guide does not say: ${command}`);
    return command.replace('./tools/', `${checkoutRoot()}/tools/`);
  }

  #blocks(language: string): string[] {
    const fenced = new RegExp(`^ *\`\`\`${language}\\n([^]*?)^ *\`\`\`$`, 'gm');
    return [...this.#text.matchAll(fenced)].map(([, block = '']) => block);
  }
}
