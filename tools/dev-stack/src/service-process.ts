import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { ServerStartError } from './errors.js';
import { endingWithParent, logTailOf } from './launch.js';
import { forget, remember } from './running-servers.js';
import type { OnExit } from './server-process.js';

const READY_EVERY_MS = 50;
const READY_TIMEOUT_MS = 60_000;

export interface ServiceSpec {
  /** Shown in messages, for example logic-1. */
  readonly name: string;
  /** The bundled program. */
  readonly script: string;
  /** The whole environment of the process, beside PATH. */
  readonly env: Readonly<Record<string, string>>;
  /** Where /readyz answers. */
  readonly operationsPort: number;
  /** Standard output and error are appended to it. */
  readonly logFile: string;
  /** Told when the process ends although nobody asked it to. */
  readonly onExit?: OnExit;
}

/**
 * One process of this product, started from its bundle. Operations are to be called one after another. It can be started
 * again after it has ended, with the same environment; `started` counts the starts.
 */
export class ServiceProcess {
  readonly name: string;
  readonly operationsUrl: string;
  readonly #spec: ServiceSpec;
  #child: ChildProcess | undefined;
  #exited: Promise<void> = Promise.resolve();
  #ending = false;
  #exitCode: number | null = null;

  constructor(spec: ServiceSpec) {
    this.#spec = spec;
    this.name = spec.name;
    this.operationsUrl = `http://127.0.0.1:${spec.operationsPort}`;
  }

  /** Undefined while the process does not run. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Code of the last exit; null while running, never started or ended by a signal. */
  get exitCode(): number | null {
    return this.#exitCode;
  }

  get logTail(): string {
    return logTailOf(this.#spec.logFile);
  }

  /** Starts the process without waiting until it is ready. `env` comes on top of its own environment, for this start only. */
  launch(extraEnv: Readonly<Record<string, string>> = {}): void {
    if (this.#child !== undefined) return;
    const log = openSync(this.#spec.logFile, 'a');
    const command: [string, ...string[]] = [
      process.execPath,
      '--enable-source-maps',
      this.#spec.script,
    ];
    const [file, ...args] = endingWithParent(false, command);
    const env = { PATH: process.env['PATH'] ?? '', ...this.#spec.env, ...extraEnv };
    // A process group of its own: Ctrl-C in a terminal reaches the parent only, which ends the services in order.
    const child = spawn(file, args, { stdio: ['ignore', log, log], detached: true, env });
    closeSync(log);
    this.#child = child;
    this.#ending = false;
    remember(this);
    this.#exited = new Promise((resolve) => {
      child.once('error', () => this.#gone(null, null, resolve));
      child.once('exit', (code, signal) => this.#gone(code, signal, resolve));
    });
  }

  /** Starts the process and waits until it reports ready. Throws ServerStartError with the end of its log. */
  async start(extraEnv: Readonly<Record<string, string>> = {}): Promise<void> {
    this.launch(extraEnv);
    await this.ready();
  }

  /** Resolves once /readyz answers 200. Throws ServerStartError when the process ends first or takes over a minute. */
  async ready(): Promise<void> {
    const child = this.#child;
    const deadline = Date.now() + READY_TIMEOUT_MS;
    while (!(await this.isReady())) {
      if (child === undefined || this.#child !== child) throw this.#startError('it ended at once');
      if (Date.now() > deadline) throw this.#startError(`not ready within ${READY_TIMEOUT_MS} ms`);
      await sleep(READY_EVERY_MS);
    }
  }

  async isReady(): Promise<boolean> {
    try {
      const signal = AbortSignal.timeout(1_000);
      const response = await fetch(`${this.operationsUrl}/readyz`, { signal });
      await response.arrayBuffer();
      return response.status === 200;
    } catch {
      return false;
    }
  }

  /** The Prometheus text of the process. */
  async metrics(): Promise<string> {
    const response = await fetch(`${this.operationsUrl}/metrics`);
    return response.text();
  }

  /** SIGTERM, then SIGKILL after the deadline. Resolves when the process is gone. */
  async stop(deadlineMs = 45_000): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    this.#ending = true;
    child.kill('SIGCONT');
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), deadlineMs);
    await this.#exited;
    clearTimeout(timer);
  }

  /** Ends the process at once, as a crash would. */
  async kill(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
    this.#ending = true;
    this.#child?.kill(signal);
    await this.#exited;
  }

  /** Freezes the process: its sockets stay open and nothing answers. */
  pause(): void {
    this.#child?.kill('SIGSTOP');
  }

  resume(): void {
    this.#child?.kill('SIGCONT');
  }

  /** For the end of the parent, when nothing can be awaited any more. */
  endNow(): void {
    this.#ending = true;
    this.#child?.kill('SIGKILL');
  }

  #gone(code: number | null, signal: NodeJS.Signals | null, resolve: () => void): void {
    this.#child = undefined;
    this.#exitCode = code;
    forget(this);
    resolve();
    if (this.#ending) return;
    const { name, logTail } = this;
    this.#spec.onExit?.({ server: name, port: this.#spec.operationsPort, code, signal, logTail });
  }

  #startError(reason: string): Error {
    return new ServerStartError(this.name, reason, this.logTail);
  }
}
