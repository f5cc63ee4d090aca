import type { ServiceProcess } from '@queqiao/dev-stack';

/** The sum of a metric's samples whose labels contain all of `labels`, as the process reports it now. */
export async function metricSum(
  process: ServiceProcess,
  name: string,
  ...labels: string[]
): Promise<number> {
  const lines = (await process.metrics()).split('\n');
  return lines
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    .filter((line) => labels.every((label) => line.includes(label)))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}
