import type { UpCall } from '@queqiao/protocol/link';

/** One start of one connect node. Two refs are the same node only when both ids are equal. */
export interface ConnectNodeRef {
  readonly nodeId: string;
  readonly bootId: string;
}

/**
 * `acked`: the connect process has handed the item to its sessions. `lost`: nothing may be assumed, the item may or may not
 * have arrived (overflow, ten seconds without acknowledgements, or the node's link was discarded).
 */
export type ItemOutcome = 'acked' | 'lost';

/** Told about a node as a whole, after its pending items were settled as `lost`. Must not throw. */
export interface LinkHubListener {
  /** A boot that was not attached before; a resumed stream is not reported. */
  onNodeAttached?(node: ConnectNodeRef): void;
  /**
   * The node's pending items were replaced by one "resync all sessions" item. That item can be lost with the link, so
   * whoever owes the sessions something stores a durable "resync node:boot" row.
   */
  onNodeOverflow(node: ConnectNodeRef, reason: 'full' | 'stalled', lostItems: number): void;
  /** The node said goodbye, came back without its state, or did not come back within the resume window. */
  onNodeLost(node: ConnectNodeRef, reason: string, lostItems: number): void;
}

/** What delivery needs of the link. */
export interface LinkHub {
  /** Nodes with an open stream, or whose stream dropped so recently that items still wait for its return. */
  attached(): ConnectNodeRef[];
  isAttached(node: ConnectNodeRef): boolean;
  /**
   * Queues one encoded DownItem; the bytes must not change afterwards. Items of one node arrive in the order of the calls.
   * `onSettled` is called exactly once, later (never inside this call), and must not throw.
   * Returns false, without ever calling `onSettled`, when the node is not attached or its queue is full; in the latter
   * case the queue has been replaced by a resync and the listeners' onNodeOverflow has run.
   */
  send(node: ConnectNodeRef, item: Uint8Array, onSettled: (outcome: ItemOutcome) => void): boolean;
  addListener(listener: LinkHubListener): void;
}

/** Encoded reply message, or an encoded queqiao.common.v1.Error. */
export type CallResult = { readonly body: Uint8Array } | { readonly error: Uint8Array };

/** Cheaper than an AbortSignal, one of which would be made for every call: it is asked, and tells nobody. */
export interface CallSignal {
  readonly aborted: boolean;
}

/** Runs the calls that arrive from connect nodes. */
export interface CallExecutor {
  /**
   * Never rejects. `signal` is aborted once the call's timeout has passed, when the node's link is discarded, or when this node
   * stops: nobody reads the result after that.
   */
  execute(call: UpCall, node: ConnectNodeRef, signal: CallSignal): Promise<CallResult>;
}
