import { spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { findProgram } from './find-servers.js';

export type Log = (line: string) => void;

/** A script that Debian's packages ask before they start a service; exit code 101 forbids it. */
const POLICY_FILE = '/usr/sbin/policy-rc.d';

/** True when this process may install Debian packages. */
export function canInstall(): boolean {
  return process.getuid?.() === 0 && findProgram('apt-get') !== undefined;
}

/**
 * Installs Debian packages without their recommendations, after a list update when the first
 * attempt fails. The services that come with them are neither started nor enabled at boot: only
 * the programs are wanted, and a private copy of each server is run by this tool.
 * Throws with the end of apt-get's output when it cannot.
 */
export async function installPackages(
  packages: readonly string[],
  services: readonly string[],
  log: Log,
): Promise<void> {
  log(`installing ${packages.join(', ')} with apt-get`);
  const allowServices = forbidServiceStarts();
  try {
    const install = ['install', '-y', '--no-install-recommends', ...packages];
    if ((await run('apt-get', install)).code !== 0) {
      await run('apt-get', ['update']);
      const second = await run('apt-get', install);
      if (second.code !== 0) {
        throw new Error(`apt-get install failed:\n${second.output.slice(-2_000)}`);
      }
    }
    if (services.length > 0 && findProgram('systemctl') !== undefined) {
      await run('systemctl', ['disable', ...services]);
    }
  } finally {
    allowServices();
  }
}

/**
 * Returns the undoing. A policy that the machine already has stays in charge, and ours ends with
 * this process even when the undoing never happens.
 */
function forbidServiceStarts(): () => void {
  const script = `#!/bin/sh\nkill -0 ${process.pid} 2>/dev/null && exit 101\nexit 0\n`;
  try {
    writeFileSync(POLICY_FILE, script, { flag: 'wx', mode: 0o755 });
  } catch {
    return () => undefined;
  }
  return () => rmSync(POLICY_FILE, { force: true });
}

function run(command: string, args: readonly string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
    let output = '';
    const collect = (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-20_000);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
