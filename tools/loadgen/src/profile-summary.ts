import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: {
      readonly functionName: string;
      readonly url: string;
      readonly lineNumber: number;
    };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const TOP = 40;

/** The functions with the most time of their own in each profile of a directory. */
export function describeProfiles(dir: string): string {
  return readdirSync(dir)
    .filter((file) => file.endsWith('.cpuprofile'))
    .map((file) => {
      const profile = JSON.parse(readFileSync(join(dir, file), 'utf8')) as CpuProfile;
      return `${file}\n${topOf(profile)}`;
    })
    .join('\n\n');
}

function topOf({ nodes, samples, timeDeltas }: CpuProfile): string {
  const names = new Map(
    nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => [
      id,
      `${functionName === '' ? '(anonymous)' : functionName} ${basename(url)}:${lineNumber + 1}`,
    ]),
  );
  const own = new Map<string, number>();
  let busy = 0;
  samples.forEach((id, index) => {
    const name = names.get(id) ?? '';
    const us = timeDeltas[index] ?? 0;
    if (name.startsWith('(idle)')) return;
    busy += us;
    own.set(name, (own.get(name) ?? 0) + us);
  });
  return [...own]
    .sort(([, a], [, b]) => b - a)
    .slice(0, TOP)
    .map(([name, us]) => `  ${((us / busy) * 100).toFixed(1).padStart(5)} %  ${name}`)
    .join('\n');
}
