/** Bytes of a file that tell what it is. */
export const HEAD_BYTES = 12;
/** Bytes of one picture. */
export const MAX_PICTURE_BYTES = 10 * 1024 * 1024;
/** Bytes of one video. */
export const MAX_VIDEO_BYTES = 50 * 1024 * 1024;

export interface MediaType {
  readonly mediaType: string;
  readonly extension: string;
  readonly maxBytes: number;
  /** Whether a file that begins so is one. */
  readonly matches: (head: Buffer) => boolean;
}

/** What is taken: nothing that a browser would run, such as SVG. */
const TYPES: readonly MediaType[] = [
  picture('image/jpeg', 'jpg', (head) => at(head, 0, 3) === 'ffd8ff'),
  picture('image/png', 'png', (head) => at(head, 0, 8) === '89504e470d0a1a0a'),
  picture('image/gif', 'gif', (head) => ['GIF87a', 'GIF89a'].includes(text(head, 0, 6))),
  picture('image/webp', 'webp', (head) => text(head, 0, 4) + text(head, 8, 12) === 'RIFFWEBP'),
  video('video/mp4', 'mp4', (head) => text(head, 4, 8) === 'ftyp'),
  video('video/webm', 'webm', (head) => at(head, 0, 4) === '1a45dfa3'),
];

/** The type that a request names; undefined for others. */
export function mediaTypeNamed(contentType: string | undefined): MediaType | undefined {
  const name = contentType?.split(';')[0]?.trim().toLowerCase();
  return TYPES.find(({ mediaType }) => mediaType === name);
}

export function mediaTypeOf(extension: string): MediaType | undefined {
  return TYPES.find((type) => type.extension === extension);
}

function picture(mediaType: string, extension: string, matches: MediaType['matches']): MediaType {
  return { mediaType, extension, maxBytes: MAX_PICTURE_BYTES, matches };
}

function video(mediaType: string, extension: string, matches: MediaType['matches']): MediaType {
  return { mediaType, extension, maxBytes: MAX_VIDEO_BYTES, matches };
}

function at(head: Buffer, from: number, to: number): string {
  return head.toString('hex', from, to);
}

function text(head: Buffer, from: number, to: number): string {
  return head.toString('latin1', from, to);
}
