/**
 * Habits that neither the compiler, the linter nor the import rules can see. Each finding names a
 * file and a line.
 */
export interface Finding {
  file: string;
  line: number;
  what: string;
}

interface Habit {
  what: string;
  /** Which files it concerns, by their path below the repository. */
  files: RegExp;
  except?: RegExp;
  pattern: RegExp;
}

const code = /\.(?:ts|tsx|mts|mjs|js)$/;
const written = /\.(?:ts|tsx|mts|mjs|js|proto|sql|sh|ya?ml|md|html|css)$/;
/** The file that names what is forbidden, and its test. */
const self = /^tools\/boundaries\/src\/conventions(?:\.test)?\.ts$/;

const habits: Habit[] = [
  {
    what: 'silences the linter: fix the code, or the rule for everyone',
    files: code,
    pattern: /(?:oxlint|eslint)-disable|prettier-ignore|@ts-(?:ignore|nocheck)/,
  },
  { what: 'leaves work for later', files: written, pattern: /\b(?:TODO|FIXME|XXX)\b/ },
  {
    what: 'is a test that does not run, or keeps others from running',
    files: /(?:\.test\.tsx?|\/(?:test|scenarios)\/.*\.ts)$/,
    pattern: /\b(?:test|it|describe|suite)(?:\.\w+)*\.(?:only|skip|todo|fails)\b/,
  },
  {
    what: 'is the path of one machine',
    files: written,
    pattern: /(?:^|[\s'"`(=])\/(?:home|Users|work|root)\/\w/,
  },
  {
    what: 'touches process: only main.ts does, and passes on what is needed',
    files: /^(?:apps\/[^/]+|apps\/web\/server|libs\/[^/]+)\/src\/.*\.tsx?$/,
    except: /^(?:apps\/e2e|libs\/testkit)\/|\/src\/main\.tsx?$|\.test\.tsx?$/,
    pattern:
      /\bglobalThis\.process\b|['"](?:node:)?process['"]|^(?!\s*(?:\/?\*|\/\/)).*(?<![\w.$'"`-])process\.[a-z]/,
  },
];

const vague = /(?:^|\/)(?:utils?|common|helpers?|managers?)(?:\.tsx?$|\/)/;
const kebab = /^[a-z0-9]+(?:[-.][a-z0-9]+)*\.[a-z]+$/;

/** What is wrong with a file's name; protocol's public subpath carries the proto package's name. */
export function nameFindings(file: string): Finding[] {
  if (!/^(?:apps|libs|tools)\/.*\.tsx?$/.test(file)) return [];
  const found: Finding[] = [];
  const base = file.slice(file.lastIndexOf('/') + 1);
  if (!kebab.test(base)) found.push({ file, line: 0, what: 'is not named in kebab-case' });
  if (vague.test(file) && file !== 'libs/protocol/src/common.ts') {
    found.push({ file, line: 0, what: 'has a name that says nothing' });
  }
  return found;
}

/** What is wrong inside a file. */
export function textFindings(file: string, text: string): Finding[] {
  if (self.test(file)) return [];
  const lines = text.split('\n');
  return habits
    .filter(({ files, except }) => files.test(file) && except?.test(file) !== true)
    .flatMap(({ pattern, what }) =>
      lines.flatMap((content, index) =>
        pattern.test(content) ? [{ file, line: index + 1, what }] : [],
      ),
    );
}
