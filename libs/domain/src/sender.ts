/**
 * Who writes an entry. The key is what a retry is recognised by together with the conversation and the client_msg_id; kinds
 * cannot collide because user ids hold no colon.
 */
export interface Sender {
  readonly kind: 'user' | 'system' | 'business';
  /** User id, business account id, or empty for the system. */
  readonly id: string;
}

export function senderKey(sender: Sender): string {
  return sender.kind === 'user' ? sender.id : `${sender.kind}:${sender.id}`;
}

export function parseSenderKey(key: string): Sender {
  const colon = key.indexOf(':');
  if (colon < 0) return { kind: 'user', id: key };
  const kind = key.slice(0, colon) === 'business' ? 'business' : 'system';
  return { kind, id: key.slice(colon + 1) };
}
