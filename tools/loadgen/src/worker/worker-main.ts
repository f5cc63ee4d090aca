/** One process of the generator: does what its parent asks, one thing after another, and ends with it. */
import { LoadWorker } from './load-worker.js';
import type { WorkerAnswer, WorkerRequest } from './worker-protocol.js';

let worker: LoadWorker | undefined;

function opened(): LoadWorker {
  if (worker === undefined) throw new Error('nothing was opened');
  return worker;
}

async function answer(request: WorkerRequest): Promise<WorkerAnswer> {
  switch (request.type) {
    case 'open':
      worker = await LoadWorker.open(request.setup);
      return { type: 'opened' };
    case 'run':
      return { type: 'ran', result: await opened().run(request.plan) };
    case 'finish':
      return { type: 'finished', log: opened().finish() };
  }
}

process.on('message', (request: WorkerRequest) => {
  void answer(request)
    .catch((error: unknown): WorkerAnswer => ({ type: 'failed', reason: String(error) }))
    .then((message) => process.send?.(message));
});
process.on('disconnect', () => process.exit(0));
