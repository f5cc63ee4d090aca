/** Versions of the link protocol that this build speaks; raise MAX for an addition, MIN when the oldest is dropped. */
export const LINK_PROTOCOL_MIN = 1;
export const LINK_PROTOCOL_MAX = 1;

export interface VersionRange {
  readonly protocolMin: number;
  readonly protocolMax: number;
}

export const OWN_VERSIONS: VersionRange = {
  protocolMin: LINK_PROTOCOL_MIN,
  protocolMax: LINK_PROTOCOL_MAX,
};

/** The highest version that both sides speak, or null when the ranges do not overlap (or one of them is not a range). */
export function negotiateVersion(own: VersionRange, peer: VersionRange): number | null {
  if (peer.protocolMin < 1 || peer.protocolMin > peer.protocolMax) return null;
  const highest = Math.min(own.protocolMax, peer.protocolMax);
  return highest >= Math.max(own.protocolMin, peer.protocolMin) ? highest : null;
}

/** The version that a welcome says was chosen, or null when it names none or one that this side does not speak. */
export function chosenVersion(own: VersionRange, welcome: VersionRange): number | null {
  return welcome.protocolMin === welcome.protocolMax ? negotiateVersion(own, welcome) : null;
}
