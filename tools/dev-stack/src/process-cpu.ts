import { readFileSync } from 'node:fs';

/** Linux reports the times of a process in hundredths of a second to everybody, whatever the kernel's own tick is. */
const TICKS_PER_SECOND = 100;
/** Places of the user and the system time behind the name of the program, which may itself hold spaces. */
const USER_TIME = 11;
const SYSTEM_TIME = 12;

/** User and system CPU seconds of a process so far, all threads; undefined when it is gone or this is not Linux. */
export function cpuSeconds(pid: number): number | undefined {
  try {
    return cpuSecondsOf(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return undefined;
  }
}

/** Reads a line of /proc/<pid>/stat. */
export function cpuSecondsOf(stat: string): number | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[USER_TIME]) + Number(fields[SYSTEM_TIME]);
  return Number.isFinite(ticks) ? ticks / TICKS_PER_SECOND : undefined;
}
