import {
  GroupServiceDefinition as Groups,
  type EnterFaceRoomRequest,
  type EnterFaceRoomResponse,
  type JoinFaceRoomResponse,
} from '@queqiao/protocol/client';
import type { GroupCalls } from './group-calls.js';

/** People who stand near each other and type the same four digits within some minutes. */
export class FaceRooms {
  constructor(private readonly calls: GroupCalls) {}

  /**
   * Enters the room, and says who is there; who comes later is told by `faceRoom` events. Entering again shows who is there
   * now: events are lost while there is no connection. The place is in degrees (WGS 84).
   */
  enter(place: EnterFaceRoomRequest): Promise<EnterFaceRoomResponse> {
    return this.calls.call(Groups, 'enterFaceRoom', place);
  }

  /** Comes into the group of the room, which the first call makes. Rejects with NOT_FOUND when the room is over: enter again. */
  async join(roomId: string, name = ''): Promise<JoinFaceRoomResponse> {
    const answer = await this.calls.change(Groups, 'joinFaceRoom', { roomId, name });
    this.calls.onJoined();
    return answer;
  }
}
