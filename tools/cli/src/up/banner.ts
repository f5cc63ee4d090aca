import { DEMO_APP_ID, demoToken, type DemoApp } from './demo-app.js';
import { grpcAddress, nodes, PORTS, socketUrl } from './nodes.js';
import type { UpArguments } from './up-arguments.js';

export interface BannerInput {
  readonly app: DemoApp;
  readonly args: UpArguments;
  readonly dataDir: string;
  readonly mysqlUrl: string;
}

/** Where everything is and what to try first. */
export async function printBanner({ app, args, dataDir, mysqlUrl }: BannerInput): Promise<void> {
  const page = `http://127.0.0.1:${PORTS.web}`;
  const token = await demoToken(app, 'alice');
  process.stdout.write(`
  Queqiao is up.

  page        ${page}
  sockets     ${nodes(args.connect, socketUrl).join('  ')}
  gRPC        ${nodes(args.logic, grpcAddress).join('  ')}
  metrics     http://127.0.0.1:${PORTS.connectOperations}/metrics  http://127.0.0.1:${PORTS.logicOperations}/metrics
  database    ${mysqlUrl}
  logs, data  ${dataDir}

  Try:
    two people    open ${page}/?as=alice and ${page}/?as=bob
    two devices   open ${page}/?as=alice&device=2 as well
    bare socket   ./tools/ws --as carol        then type: /send g:lobby hello
    a back end    authorization: Bearer ${app.credential}
    an operator   ./tools/admin app show ${DEMO_APP_ID}

  A token for alice, valid for a day:
    ${token}

`);
}
