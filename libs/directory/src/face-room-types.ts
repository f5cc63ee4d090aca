/** People who stand near each other and typed the same digits. */
export interface FaceRoom {
  readonly roomId: string;
  /** In the order of arrival. */
  readonly userIds: readonly string[];
  /** Empty: none yet. */
  readonly groupId: string;
  /** By Redis's clock; every arrival puts it off. */
  readonly expiresMs: number;
}

export interface EnterFaceRoom {
  readonly appId: string;
  readonly userId: string;
  /** Digits; no hyphen. */
  readonly code: string;
  /** Degrees (WGS 84): -85 to 85, and -180 to 180. */
  readonly latitude: number;
  readonly longitude: number;
}

/** `full`: no place in the room. `crowded`: no room near, and of this code there may be no more. */
export type EnterFaceRoomResult =
  { readonly status: 'in'; readonly room: FaceRoom } | { readonly status: 'full' | 'crowded' };

/** Lost with Redis: people enter again. Rejects with DirectoryUnavailable as everything in a Directory does. */
export interface FaceRoomDirectory {
  /** Into the room that is near, or into a new one. Entering again puts its end off. */
  enter(input: EnterFaceRoom): Promise<EnterFaceRoomResult>;
  /** Null: there is none, or none any more. */
  room(appId: string, roomId: string): Promise<FaceRoom | null>;
  /** Keeps which group came of a room. True for the first one to do so. */
  mark(appId: string, roomId: string, groupId: string): Promise<boolean>;
}
