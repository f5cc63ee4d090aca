import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { checkoutRoot, type TestCluster } from '@queqiao/testkit';

export type AdminAnswer = Record<string, unknown>;

/** Runs `./tools/admin` as an operator of the deployment does, at one logic node. Rejects with what it says of a failure. */
export async function admin(
  cluster: TestCluster,
  words: readonly string[],
  logic = 0,
): Promise<AdminAnswer> {
  const own = {
    QUEQIAO_GRPC_URL: cluster.logicAt(logic).grpcAddress,
    QUEQIAO_OPERATOR_SECRET: cluster.operator.bearer,
  };
  const tool = join(checkoutRoot(), 'tools', 'admin');
  const env = { ...process.env, ...own };
  const { stdout } = await promisify(execFile)(tool, [...words, '--json'], { env });
  return JSON.parse(stdout) as AdminAnswer;
}
