import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { PortTakenError, ServerStartError } from './errors.js';
import { isPortFree } from './free-port.js';
import { endingWithParent, logTailOf } from './launch.js';
import { forget, remember } from './running-servers.js';
import { removeDir } from './throw-away-dir.js';

/** A database that was killed may have a long log to read before it answers. */
const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 30_000;
const PROBE_EVERY_MS = 15;

/** What onExit is told when a server ends although nobody asked it to. */
export interface UnexpectedExit {
  readonly server: string;
  readonly port: number;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly logTail: string;
}

export type OnExit = (exit: UnexpectedExit) => void;

export interface ServerSpec {
  readonly name: string;
  readonly port: number;
  readonly command: string;
  readonly args: readonly string[];
  readonly logFile: string;
  /** Removed by stop(). A server that has any is thrown away: it is killed rather than shut down. */
  readonly throwAwayDirs: readonly string[];
  /** Short-lived directories of a server that is kept, such as the one of its socket. */
  readonly scratchDirs: readonly string[];
  /** True when the process with this id answers on the port; may reject while it does not. */
  readonly probe: (pid: number) => Promise<boolean>;
  readonly onExit: OnExit | undefined;
}

/**
 * One private server process. The operations are to be called one after another. After stop() of
 * a throw-away server its data is gone and it cannot be started again; after kill() it can.
 */
export class ServerProcess {
  readonly name: string;
  readonly port: number;
  readonly #spec: ServerSpec;
  #child: ChildProcess | undefined;
  #exited: Promise<void> = Promise.resolve();
  #ending = false;
  #paused = false;
  #unref = false;

  constructor(spec: ServerSpec) {
    this.#spec = spec;
    this.name = spec.name;
    this.port = spec.port;
  }

  /** Process id, undefined while the server does not run. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** True when stop() removes the server's data. */
  get throwAway(): boolean {
    return this.#spec.throwAwayDirs.length > 0;
  }

  /** Starts the server and waits until it answers. Throws PortTakenError or ServerStartError. */
  async start(): Promise<void> {
    if (this.#child !== undefined) return;
    if (!(await isPortFree(this.port))) throw new PortTakenError(this.name, this.port);
    let launchError: Error | undefined;
    const child = this.#launch((error) => {
      launchError = error;
    });
    const deadline = Date.now() + START_TIMEOUT_MS;
    while (!(await this.#answers(child))) {
      if (this.#child !== child) throw this.#startError(launchError?.message ?? 'it ended at once');
      if (Date.now() > deadline) {
        await this.#end('SIGKILL');
        throw this.#startError(`no answer within ${START_TIMEOUT_MS} ms`);
      }
      await sleep(PROBE_EVERY_MS);
    }
    this.#ending = false;
  }

  /** Ends the server: cleanly when its data is kept, at once when it is thrown away. Idempotent. */
  async stop(): Promise<void> {
    await this.#end(this.throwAway ? 'SIGKILL' : 'SIGTERM');
    for (const dir of [...this.#spec.throwAwayDirs, ...this.#spec.scratchDirs]) removeDir(dir);
    forget(this);
  }

  /** Ends the server by this signal and resolves when it is gone. Its data stays. */
  async kill(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
    await this.#end(signal);
  }

  /** Shuts the server down if it runs, and starts it on the same port with the same data. */
  async restart(): Promise<void> {
    await this.#end('SIGTERM');
    await this.start();
  }

  /** Freezes the process: connections stay open and nothing answers. */
  pause(): void {
    this.#paused = true;
    this.#signal('SIGSTOP');
  }

  resume(): void {
    this.#paused = false;
    this.#signal('SIGCONT');
  }

  /** Lets this process end while the server still runs; the server is ended with it. */
  unref(): void {
    this.#unref = true;
    this.#child?.unref();
  }

  /** For the end of this process, when nothing can be awaited any more. */
  endNow(): void {
    this.#ending = true;
    this.#signal(this.throwAway ? 'SIGKILL' : 'SIGTERM');
    for (const dir of [...this.#spec.throwAwayDirs, ...this.#spec.scratchDirs]) removeDir(dir);
  }

  #launch(onError: (error: Error) => void): ChildProcess {
    const { command, args, logFile } = this.#spec;
    const log = openSync(logFile, 'a');
    const [file, ...rest] = endingWithParent(this.throwAway, [command, ...args]);
    // A process group of its own, so that Ctrl-C in a terminal reaches this process only, which
    // then ends the servers in order.
    const child = spawn(file, rest, { stdio: ['ignore', log, log], detached: true });
    closeSync(log);
    this.#child = child;
    this.#paused = false;
    // Until it answers, its end is reported by start() and not by onExit.
    this.#ending = true;
    this.#exited = new Promise((resolve) => {
      child.once('error', (error) => {
        onError(error);
        this.#child = undefined;
        resolve();
      });
      child.once('exit', (code, signal) => {
        this.#gone(code, signal);
        resolve();
      });
    });
    if (this.#unref) child.unref();
    remember(this);
    return child;
  }

  #gone(code: number | null, signal: NodeJS.Signals | null): void {
    this.#child = undefined;
    if (this.#ending) return;
    const { name, port } = this;
    this.#spec.onExit?.({
      server: name,
      port,
      code,
      signal,
      logTail: logTailOf(this.#spec.logFile),
    });
  }

  async #answers(child: ChildProcess): Promise<boolean> {
    try {
      return child.pid !== undefined && (await this.#spec.probe(child.pid));
    } catch {
      return false;
    }
  }

  async #end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    if (this.#child === undefined) return;
    this.#ending = true;
    // A stopped process keeps SIGTERM pending for ever.
    if (this.#paused) this.resume();
    this.#signal(signal);
    const timer = setTimeout(() => this.#signal('SIGKILL'), STOP_TIMEOUT_MS);
    await this.#exited;
    clearTimeout(timer);
  }

  #signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  #startError(reason: string): Error {
    const logTail = logTailOf(this.#spec.logFile);
    // Somebody can take the port between the check and the server's own attempt.
    if (/address already in use/i.test(logTail)) return new PortTakenError(this.name, this.port);
    return new ServerStartError(this.name, reason, logTail);
  }
}
