import type { AppId, GroupId, UserId } from '@queqiao/domain';

/** People who stand near each other and typed the same digits. */
export interface FaceRoom {
  readonly roomId: string;
  /** In the order of arrival. */
  readonly userIds: readonly UserId[];
  /** Null: none yet. */
  readonly groupId: GroupId | null;
  readonly expiresMs: number;
}

/** May be lost at any moment. */
export interface FaceRooms {
  /** `full`: no place in the room. `crowded`: no room near, and of this code there may be no more. */
  enter(input: {
    readonly appId: AppId;
    readonly userId: UserId;
    readonly code: string;
    readonly latitude: number;
    readonly longitude: number;
  }): Promise<{ status: 'in'; room: FaceRoom } | { status: 'full' | 'crowded' }>;
  /** Null: there is none, or none any more. */
  room(appId: AppId, roomId: string): Promise<FaceRoom | null>;
  /** Keeps which group came of a room. True for the first one to do so. */
  mark(appId: AppId, roomId: string, groupId: GroupId): Promise<boolean>;
}

/** Shows all who are in a room who they are, on the devices that are online. Returns at once and never throws. */
export interface FaceRoomEvents {
  tell(appId: AppId, room: FaceRoom): void;
}
