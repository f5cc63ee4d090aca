/** The process of the app that floods: of its own, so that it takes no time of the one that measures. */
import type { FloodKind } from './flood-calls.js';
import { Flooder, type FloodSetup } from './flooder.js';

export type FloodRequest =
  | { readonly type: 'open'; readonly setup: FloodSetup }
  | {
      readonly type: 'flood';
      readonly kind: FloodKind;
      readonly seconds: number;
      readonly perSecond: number;
    };

let flooder: Flooder | undefined;

async function answer(request: FloodRequest): Promise<unknown> {
  if (request.type === 'open') {
    flooder = await Flooder.open(request.setup);
    return { opened: true };
  }
  if (flooder === undefined) throw new Error('nothing was opened');
  return flooder.flood(request.kind, request.seconds, request.perSecond);
}

process.on('message', (request: FloodRequest) => {
  void answer(request)
    .catch((error: unknown) => ({ failed: String(error) }))
    .then((result) => process.send?.(result));
});
process.on('disconnect', () => process.exit(0));
