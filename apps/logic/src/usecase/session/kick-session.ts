import { DomainError, invalidArgument } from '@queqiao/domain';

import type { ConnectNodes, NodeRef, SessionKick } from './ports.js';

/**
 * Closes a session on another connect node. `gone`: that boot is neither attached here nor leased, so it holds no socket that
 * anybody could still write to. Errors: INVALID_ARGUMENT, UNAVAILABLE (the order may not have arrived: ask again).
 */
export class KickSession {
  constructor(readonly deps: { readonly nodes: ConnectNodes }) {}

  async run(node: NodeRef, kick: SessionKick): Promise<{ gone: boolean }> {
    if (node.nodeId === '') throw invalidArgument('node_id', 'must be named');
    if (node.bootId === '') throw invalidArgument('boot_id', 'must be named');
    if (kick.session < 1) throw invalidArgument('session', 'must be at least 1');
    if (kick.closeCode < 4000 || kick.closeCode > 4999) {
      throw invalidArgument('close_code', 'must be 4000 to 4999');
    }
    const { nodes } = this.deps;
    const outcome = await nodes.kick(node, kick);
    if (outcome === 'acked') return { gone: false };
    if (outcome === 'unreachable' && !nodes.isAttached(node) && !(await nodes.isLeased(node))) {
      return { gone: true };
    }
    throw new DomainError('UNAVAILABLE', 'the node of the session could not be reached');
  }
}
