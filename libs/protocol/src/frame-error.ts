/**
 * A WebSocket message that is not what the subprotocol allows. `field` is the path of the offending field in proto spelling
 * (`connect.device.id`), or empty when the damage is not within a field. The message never quotes values from the input.
 */
export class FrameError extends Error {
  override readonly name = 'FrameError';

  constructor(
    readonly field: string,
    reason: string,
  ) {
    super(field === '' ? reason : `${field}: ${reason}`);
  }
}
