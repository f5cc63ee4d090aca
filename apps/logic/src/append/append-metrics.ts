import { counterIn, gaugeIn, histogramIn, type Registry } from '@queqiao/runtime';

export type AppendMetrics = ReturnType<typeof appendMetrics>;

/** The writer's metrics; the names are part of the operations handbook. */
export function appendMetrics(registry: Registry) {
  return {
    batchSize: histogramIn(registry, {
      name: 'queqiao_append_batch_entries',
      help: 'Entries handed to one append transaction',
      buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512],
    }),
    commitSeconds: histogramIn(registry, {
      name: 'queqiao_append_commit_seconds',
      help: 'Duration of one append transaction, failed ones included',
      buckets: [
        0.0005, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.256, 0.512, 1, 3, 10,
      ],
    }),
    queuedItems: gaugeIn(registry, {
      name: 'queqiao_append_queued_entries',
      help: 'Entries that wait for a batch',
    }),
    queuedBytes: gaugeIn(registry, {
      name: 'queqiao_append_queued_bytes',
      help: 'Bytes that wait for a batch',
    }),
    results: counterIn(registry, {
      name: 'queqiao_append_results_total',
      help: 'Settled appends: committed, duplicate, refused, turned-away, dropped, failed',
      labelNames: ['result'] as const,
    }),
    skipped: counterIn(registry, {
      name: 'queqiao_append_skipped_total',
      help: 'Entries passed over because their head was locked elsewhere',
    }),
    starved: counterIn(registry, {
      name: 'queqiao_append_starved_total',
      help: 'Times that a conversation was passed over too often and waits for its lock',
    }),
    bisects: counterIn(registry, {
      name: 'queqiao_append_bisects_total',
      help: 'Batches halved to find the entry that fails them',
    }),
    reruns: counterIn(registry, {
      name: 'queqiao_append_reruns_total',
      help: 'Batches run again, by reason: transient, ambiguous',
      labelNames: ['reason'] as const,
    }),
    madeHeads: counterIn(registry, {
      name: 'queqiao_append_made_heads_total',
      help: 'Conversations made by their first entry',
    }),
  };
}
