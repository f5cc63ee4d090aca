/** The part of the standard WebSocket that the client uses. */
export interface WebSocketLike {
  binaryType: string;
  /** 1: open. A factory may wait until it is. */
  readonly readyState: number;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(data: Uint8Array<ArrayBuffer>): void;
  close(code?: number, reason?: string): void;
}

/** Opens a socket. It may throw or reject: that counts as a failed attempt. */
export type WebSocketFactory = (
  url: string,
  protocols: string[],
) => WebSocketLike | Promise<WebSocketLike>;

export const SUBPROTOCOL = 'queqiao.v1.proto';

/** The platform's own WebSocket; in a Node without one, the package `ws`. */
export const openPlatformSocket: WebSocketFactory = async (url, protocols) => {
  const Platform = (globalThis as { WebSocket?: typeof WebSocket }).WebSocket;
  if (Platform !== undefined) return new Platform(url, protocols);
  const { WebSocket: NodeSocket } = await import('ws');
  return new NodeSocket(url, protocols);
};
