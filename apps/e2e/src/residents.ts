import { readFileSync } from 'node:fs';

/** Resident memory of a process in MiB, as Linux counts it. */
export function residentMib(pid: number | undefined): number {
  if (pid === undefined) throw new Error('the process does not run');
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  if (kib === undefined) throw new Error(`no VmRSS in the status of ${pid}`);
  return Number(kib) / 1024;
}
