import { BareDevice, type TestApp, type TestCluster } from '@queqiao/testkit';
import { GrpcPort, socketWay, type Way } from './ways.js';

export interface NamedWay extends Way {
  readonly name: string;
}

/** Every way by which one user calls, each at both nodes. Close it. */
export class AllWays {
  private constructor(
    readonly all: readonly NamedWay[],
    /** By gRPC as the user, at the first node: for whatever only prepares or looks. */
    readonly plain: Way,
    readonly sockets: readonly BareDevice[],
    private readonly ports: readonly GrpcPort[],
  ) {}

  static async of(cluster: TestCluster, app: TestApp, userId: string): Promise<AllWays> {
    const token = await app.token(userId);
    const open = (node: number, codec: 'json' | 'proto') => {
      const { socketUrl } = cluster.connectAt(node);
      return BareDevice.signIn(socketUrl, { token, deviceId: `${userId}-${codec}`, codec });
    };
    const [json, proto] = [await open(0, 'json'), await open(1, 'proto')];
    const ports = [0, 1].map((node) => new GrpcPort(cluster.logicAt(node).grpcAddress));
    const byPort = ports.flatMap((port, node) => {
      const device = { 'queqiao-device': `${userId}-door` };
      const behalf = { authorization: `Bearer ${app.credential}`, 'queqiao-user': userId };
      return [
        named(`grpc ${node}`, port.way({ authorization: `Bearer ${token}`, ...device })),
        named(`behalf ${node}`, port.way({ ...behalf, ...device })),
      ];
    });
    const bySocket = [named('json', socketWay(json)), named('proto', socketWay(proto))];
    const [plain] = byPort;
    if (plain === undefined) throw new Error('there is no node');
    return new AllWays([...bySocket, ...byPort], plain, [json, proto], ports);
  }

  async close(): Promise<void> {
    await Promise.all(this.sockets.map((socket) => socket.close()));
    for (const port of this.ports) port.close();
  }
}

function named(name: string, way: Way): NamedWay {
  return { name, call: (path, request) => way.call(path, request) };
}
