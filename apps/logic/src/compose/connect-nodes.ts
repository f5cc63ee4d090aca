import type { Directory } from '@queqiao/directory';
import { DownItem } from '@queqiao/protocol/link';
import type { LinkHub } from '../link/index.js';
import type { ConnectNodes, NodeRef, SessionKick } from '../usecase/session/ports.js';

/** Kicks over the link; leases from the directory. */
export class LinkedConnectNodes implements ConnectNodes {
  constructor(
    private readonly deps: {
      readonly hub: LinkHub;
      readonly directory: Pick<Directory, 'liveNodes'>;
    },
  ) {}

  kick(
    node: NodeRef,
    { session, closeCode, reason }: SessionKick,
  ): Promise<'acked' | 'lost' | 'unreachable'> {
    const item = DownItem.encode({
      item: { $case: 'kick', value: { sessions: [session], closeCode, reason } },
    }).finish();
    return new Promise((resolve) => {
      if (!this.deps.hub.send(node, item, resolve)) resolve('unreachable');
    });
  }

  isAttached(node: NodeRef): boolean {
    return this.deps.hub.isAttached(node);
  }

  async isLeased({ nodeId, bootId }: NodeRef): Promise<boolean> {
    const live = await this.deps.directory.liveNodes('connect');
    return live.some((node) => node.nodeId === nodeId && node.bootId === bootId);
  }
}
