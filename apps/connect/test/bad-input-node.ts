/** A connect node in a process of its own, whose memory a test can ask for. Started with --expose-gc and an IPC channel. */
import { startConnect } from './connect-rig.js';

const rig = await startConnect(process.argv[2] ?? '');
process.send?.({ url: rig.url });
process.on('message', () => {
  globalThis.gc?.();
  process.send?.({ rssBytes: process.memoryUsage().rss, sockets: rig.connect.ports.socket });
});
process.on('disconnect', () => {
  process.exit(0);
});
