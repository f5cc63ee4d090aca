import { QueqiaoError } from '../errors.js';

/** The part of an answer that the server always sets. */
export function answered<Part>(part: Part | undefined): Part {
  if (part === undefined) throw new QueqiaoError('INTERNAL', 'the reply is malformed');
  return part;
}
