/// <reference lib="dom" />
import type { Page } from 'playwright-core';

/** A short video that the browser itself has recorded, as a file to choose. Nothing in it says how long it is. */
export async function recordedVideo(page: Page) {
  const base64 = await page.evaluate(async () => {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [64, 48];
    const context = canvas.getContext('2d');
    const recorder = new MediaRecorder(canvas.captureStream(), { mimeType: 'video/webm' });
    const parts: Blob[] = [];
    const ended = new Promise((resolve) => recorder.addEventListener('stop', resolve));
    recorder.addEventListener('dataavailable', ({ data }) => {
      parts.push(data);
      // The first part with a picture in it is enough.
      if (data.size > 0 && recorder.state === 'recording') recorder.stop();
    });
    recorder.start(50);
    let frame = 0;
    const draw = (): void => {
      if (recorder.state !== 'recording' || context === null) return;
      frame += 1;
      context.fillStyle = frame % 2 === 0 ? 'teal' : 'orange';
      context.fillRect(0, 0, canvas.width, canvas.height);
      requestAnimationFrame(draw);
    };
    draw();
    await ended;
    const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  });
  return { name: 'bridge.webm', mimeType: 'video/webm', buffer: Buffer.from(base64, 'base64') };
}
