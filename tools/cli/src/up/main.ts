/** A whole Queqiao on this machine: servers, migrations, demo data, nodes and the page, until Ctrl-C. */
import { join, resolve } from 'node:path';
import {
  dataRoot,
  givenUrls,
  resolveStack,
  type ServiceProcess,
  type Stack,
} from '@queqiao/dev-stack';
import { migrate } from '@queqiao/store-mysql';
import { AdminDoor } from '../admin/admin-door.js';
import { openOperatorSecret, openSecretKey, operatorHash } from '../admin/operator-secret.js';
import { openTokenSecret } from './token-secret.js';
import { printBanner } from './banner.js';
import { clearTheWay } from './clear-the-way.js';
import type { DemoApp } from './demo-app.js';
import { openDemoApp } from './open-demo-app.js';
import { seedDemoData } from './demo-data.js';
import {
  connectNode,
  grpcAddress,
  logicNode,
  nodes,
  placesOf,
  webServer,
  type Surroundings,
} from './nodes.js';
import { parseUpArguments, type UpArguments } from './up-arguments.js';

const DATABASE = 'queqiao';
const root = resolve(import.meta.dirname, '../../../..');
const startedAt = Date.now();
const log = (line: string): void => {
  const seconds = ((Date.now() - startedAt) / 1_000).toFixed(1);
  process.stderr.write(`\u001b[36m›\u001b[0m ${line} \u001b[2m(${seconds} s)\u001b[0m\n`);
};

class Up {
  readonly services: ServiceProcess[] = [];
  #stack: Stack | undefined;
  #stopping: Promise<void> | undefined;

  async start(args: UpArguments): Promise<void> {
    const dataDir = dataRoot();
    const given = givenUrls();
    await clearTheWay({
      places: placesOf(args, given),
      dataDir,
      reset: args.reset,
      mysqlUrl: given.mysql,
    });
    if (args.reset) log('removed the data of earlier runs');
    log('starting the database and Redis');
    const stack = await resolveStack({
      mode: 'fixedPorts',
      log,
      onExit: (exit) => this.fail(exit.server, exit.logTail),
    });
    this.#stack = stack;
    const database = await stack.mysql.createDatabase(DATABASE);
    const applied = await migrate(database.migrateUrl, join(root, 'sql', 'migrations'));
    if (applied.length > 0) log(`applied ${applied.length} migration(s)`);
    const operator = openOperatorSecret(join(dataDir, 'operator-secret'));
    const around: Surroundings = {
      root,
      dataDir,
      mysqlUrl: database.url,
      redisUrl: stack.redis.url,
      operatorSha256: operatorHash(operator),
      tokenSecret: openTokenSecret(join(dataDir, 'token-secret')),
      secretKey: openSecretKey(join(dataDir, 'secret-key')),
      onExit: (exit) => this.fail(exit.server, exit.logTail),
    };
    log(`starting logic ×${args.logic}, connect ×${args.connect} and the page`);
    await this.#run(nodes(args.logic, (index) => logicNode(index, around)));
    const app = await this.#demoApp(operator, join(dataDir, 'demo-app.json'));
    await seedDemoData(app, grpcAddress(1));
    await this.#run(nodes(args.connect, (index) => connectNode(index, around)));
    await this.#run([webServer(app, args.connect, around)]);
    await printBanner({ app, args, dataDir, mysqlUrl: database.rootUrl });
    log('everything is up; Ctrl-C stops it');
  }

  /** Connect first, so that devices are told to come back before anything behind it ends. */
  stop(): Promise<void> {
    this.#stopping ??= (async () => {
      log('stopping');
      for (const service of [...this.services].reverse()) await service.stop(10_000);
      await this.#stack?.stop();
    })();
    return this.#stopping;
  }

  fail(name: string, logTail: string): void {
    if (this.#stopping) return;
    process.stderr.write(`\n${name} ended unexpectedly. Its last lines:\n${logTail}\n`);
    void this.stop().finally(() => process.exit(1));
  }

  async #demoApp(operator: string, file: string): Promise<DemoApp> {
    const door = new AdminDoor(grpcAddress(1), operator);
    try {
      return await openDemoApp(door, file);
    } finally {
      door.close();
    }
  }

  async #run(services: ServiceProcess[]): Promise<void> {
    this.services.push(...services);
    await Promise.all(services.map((service) => service.start()));
  }
}

const up = new Up();
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.on(
    signal,
    () => void up.stop().finally(() => process.exit(signal === 'SIGINT' ? 0 : code)),
  );
}
try {
  await up.start(parseUpArguments(process.argv.slice(2)));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  await up.stop();
  process.exit(1);
}
