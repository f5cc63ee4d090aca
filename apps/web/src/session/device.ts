/** A place for small texts, such as localStorage. */
export interface TextStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

export interface DeviceIdentity {
  readonly id: string;
  /** Where the count of its connections is kept. */
  readonly generationKey: string;
}

/**
 * The device that a slot of this browser is for one user; made at the first use and kept. Users do not share devices, so that
 * windows of different people in one browser are different devices.
 */
export function deviceOf(
  storage: TextStorage,
  userId: string,
  slot: string,
  random: () => string,
): DeviceIdentity {
  const key = `queqiao.device.${userId}.${slot}`;
  const id = storage.getItem(key) ?? `web-${random()}`;
  storage.setItem(key, id);
  return { id, generationKey: `queqiao.generation.${id}` };
}
