import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { isPortFree, PortTakenError } from '@queqiao/dev-stack';

/** Where one process of the system is going to listen on 127.0.0.1. */
export interface Place {
  readonly name: string;
  readonly port: number;
}

export interface Way {
  readonly places: readonly Place[];
  readonly dataDir: string;
  readonly reset: boolean;
  /** QUEQIAO_MYSQL_URL. */
  readonly mysqlUrl: string | undefined;
}

/** What a running system writes below its folder; test servers keep their own things beside it. */
const PARTS = ['mysql', 'redis', 'logs', 'demo-app.json'];

/**
 * Makes sure that nobody, such as an earlier run, listens where the system is going to, and removes the data of earlier runs if
 * that is wanted. Throws PortTakenError, or an error for people when the data is not ours to remove, and has removed nothing then.
 */
export async function clearTheWay({ places, dataDir, reset, mysqlUrl }: Way): Promise<void> {
  if (reset && mysqlUrl !== undefined) {
    throw new Error(
      `--reset empties the database under ${dataDir}, and QUEQIAO_MYSQL_URL names another one, which is left alone: ` +
        'drop its database `queqiao` yourself, or unset the variable',
    );
  }
  for (const { name, port } of places) {
    if (!(await isPortFree(port))) throw new PortTakenError(name, port);
  }
  if (!reset) return;
  for (const part of PARTS) rmSync(join(dataDir, part), { recursive: true, force: true });
}
