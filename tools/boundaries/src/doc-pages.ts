/** The pages that people read: README.md and docs/, as text. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

export interface Page {
  /** Below the repository, with slashes. */
  readonly file: string;
  readonly text: string;
}

export interface NamedPath {
  readonly page: string;
  /** As resolved against the repository. */
  readonly path: string;
}

/** Folders that a path in code marks may begin with; other texts in code marks are no paths. */
const FOLDERS = 'apps|libs|tools|proto|sql|docs|deploy';
const codePath = new RegExp(`^(?:\\./)?((?:${FOLDERS})/[A-Za-z0-9_./-]*[A-Za-z0-9_-])/?$`);
/** Built, and therefore not in a checkout. */
const built = /(?:^|\/)(?:dist|gen)(?:\/|$)/;

export function readPages(root: string): Page[] {
  const docs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name.replaceAll('\\', '/')}`);
  return ['README.md', ...docs.sort()].map((file) => ({
    file,
    text: readFileSync(join(root, file), 'utf8'),
  }));
}

/** Every path below the repository that a page names: as the target of a link, or between code marks, or as a command. */
export function namedPaths({ file, text }: Page): NamedPath[] {
  const found = new Set<string>();
  for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
    const [path = ''] = target.split('#');
    if (path !== '' && !/^[a-z]+:/.test(path)) found.add(normalize(join(dirname(file), path)));
  }
  const prose = text.replace(/^```[\s\S]*?^```$/gm, '');
  for (const [, span = ''] of prose.matchAll(/`([^`]+)`/g)) {
    for (const word of span.split(/\s+/)) {
      const path = codePath.exec(word)?.[1];
      if (path !== undefined) found.add(path);
    }
  }
  for (const [, path = ''] of text.matchAll(/(?:^|[\s`$])\.\/(tools\/[a-z-]+)/gm)) found.add(path);
  return [...found].filter((path) => !built.test(path)).map((path) => ({ page: file, path }));
}

/** Paths that lead nowhere. */
export function deadPaths(root: string, pages: readonly Page[]): NamedPath[] {
  return pages.flatMap(namedPaths).filter(({ path }) => !existsSync(join(root, path)));
}
