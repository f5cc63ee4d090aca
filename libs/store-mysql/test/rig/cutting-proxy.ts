import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * Stands between the stores and the database, and cuts the connection at the next COMMIT: before the server hears of it, or
 * after the server has answered but before the answer is passed on.
 */
export class CuttingProxy {
  cut: 'never' | 'before-commit' | 'after-commit' = 'never';
  cuts = 0;
  commits = 0;
  connections = 0;
  readonly #sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
  ) {}

  static async start(url: string): Promise<CuttingProxy> {
    const server = createServer();
    const proxy = new CuttingProxy(server, new URL(url));
    server.on('connection', (client) => proxy.#join(client));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get url(): string {
    const url = new URL(this.target);
    url.hostname = '127.0.0.1';
    url.port = String((this.server.address() as AddressInfo).port);
    return url.toString();
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  #join(client: Socket): void {
    this.connections += 1;
    const server = connect(Number(this.target.port), this.target.hostname);
    for (const socket of [client, server]) this.#sockets.add(socket);
    let awaitingCut = false;
    const end = (): void => {
      client.destroy();
      server.destroy();
    };
    client.on('data', (data) => {
      const isCommit = /commit$/i.test(data.toString('latin1'));
      if (isCommit) this.commits += 1;
      const commits = this.cut !== 'never' && isCommit;
      if (commits && this.cut === 'before-commit') {
        this.#count();
        end();
        return;
      }
      awaitingCut ||= commits;
      server.write(data);
    });
    server.on('data', (data) => {
      if (!awaitingCut) {
        client.write(data);
        return;
      }
      this.#count();
      end();
    });
    for (const socket of [client, server]) socket.on('error', end).on('close', end);
  }

  #count(): void {
    this.cuts += 1;
    this.cut = 'never';
  }
}
