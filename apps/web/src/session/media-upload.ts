import type { MediaInfo, VideoInfo } from '../state/moments-state.js';
import { Refusal, type BackEnd } from './back-end.js';
import { Problem } from './chat-actions.js';

/** What the browser finds out about a file. */
export interface MediaProbe {
  readonly width: number;
  readonly height: number;
  readonly durationMs: number;
}

export interface MediaUploadDeps {
  readonly backEnd: Pick<BackEnd, 'upload'>;
  /** Of the person who is signed in. */
  readonly token: () => Promise<string>;
  /** Such as https://chat.example.com: pictures in posts have whole addresses. */
  readonly origin: string;
  /** Rejects when the browser cannot show it. */
  readonly probe: (url: string, kind: 'image' | 'video') => Promise<MediaProbe>;
}

/** Gives files to the demo's own back end, for posts. */
export class MediaUpload {
  constructor(private readonly deps: MediaUploadDeps) {}

  async image(file: File): Promise<MediaInfo> {
    const { durationMs: _, ...image } = await this.#take(file, 'image');
    return image;
  }

  async video(file: File): Promise<VideoInfo> {
    const video = await this.#take(file, 'video');
    // A length that the browser does not tell is still one.
    return { ...video, durationMs: Math.max(1, Math.round(video.durationMs)) };
  }

  async #take(file: File, kind: 'image' | 'video') {
    if (!file.type.startsWith(`${kind}/`)) throw new Problem('wrongMedia');
    const { backEnd, token, origin, probe } = this.deps;
    const { path } = await backEnd.upload(await token(), file).catch(inOtherWords);
    const seen = await probe(path, kind).catch(() => {
      throw new Problem('wrongMedia');
    });
    const { width, height, durationMs } = seen;
    const format = path.split('.').at(-1) ?? '';
    return { url: origin + path, width, height, durationMs, bytes: file.size, format };
  }
}

function inOtherWords(error: unknown): never {
  const code = error instanceof Refusal ? error.code : '';
  if (code === 'LIMIT_EXCEEDED') throw new Problem('mediaTooLarge');
  if (code === 'INVALID_ARGUMENT') throw new Problem('wrongMedia');
  throw error;
}

/** Loads it as the page would show it. */
export function probeMedia(url: string, kind: 'image' | 'video'): Promise<MediaProbe> {
  return new Promise((resolve, reject) => {
    if (kind === 'image') {
      const image = new Image();
      image.onload = () =>
        resolve({ width: image.naturalWidth, height: image.naturalHeight, durationMs: 0 });
      image.onerror = reject;
      image.src = url;
      return;
    }
    const video = document.createElement('video');
    video.preload = 'metadata';
    video.onloadedmetadata = () => {
      const { videoWidth: width, videoHeight: height, duration } = video;
      resolve({ width, height, durationMs: Number.isFinite(duration) ? duration * 1_000 : 0 });
    };
    video.onerror = reject;
    video.src = url;
  });
}
