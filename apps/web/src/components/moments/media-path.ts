const OWN_PATH = /^https?:\/\/[^/]+(\/media\/[0-9a-f]{32}\.[a-z0-9]{3,4})$/;

/**
 * Where the page may load a picture or video from: it loads from its own server only, under whatever name it is reached.
 * Undefined: it is somewhere else.
 */
export function mediaPath(url: string): string | undefined {
  return OWN_PATH.exec(url)?.[1];
}
