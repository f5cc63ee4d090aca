/** A 32-bit hash of a text (FNV-1a over UTF-16 code units); stable across processes and versions. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

/**
 * Weight of a node for a key, both given by their hashes. A key belongs to the candidate of the highest weight, so that a node
 * that comes or goes moves only its own keys.
 */
export function rendezvousWeight(keyHash: number, nodeHash: number): number {
  let mixed = keyHash ^ nodeHash;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
