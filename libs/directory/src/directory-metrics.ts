import { counterIn, gaugeIn, histogramIn } from '@queqiao/runtime';
import type { Counter, Gauge, Histogram, Registry } from '@queqiao/runtime';
import type { ReassertReason } from './types.js';

export interface DirectoryMetrics {
  /** Seconds from call to outcome, failures included. */
  readonly duration: Histogram<'operation'>;
  readonly errors: Counter<'operation' | 'kind'>;
  readonly pending: Gauge;
  readonly connected: Gauge;
}

export function directoryMetrics(registry: Registry): DirectoryMetrics {
  return {
    duration: histogramIn(registry, {
      name: 'queqiao_directory_operation_seconds',
      help: 'Time that operations on the directory took, failed ones included',
      labelNames: ['operation'] as const,
      buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1],
    }),
    errors: counterIn(registry, {
      name: 'queqiao_directory_errors_total',
      help: 'Operations on the directory that failed, by kind of failure',
      labelNames: ['operation', 'kind'] as const,
    }),
    pending: gaugeIn(registry, {
      name: 'queqiao_directory_pending_operations',
      help: 'Operations on the directory in flight',
    }),
    connected: gaugeIn(registry, {
      name: 'queqiao_directory_connected',
      help: '1 while the directory is connected to Redis',
    }),
  };
}

export interface LeaseMetrics {
  readonly reasserts: Counter<'reason'>;
  readonly lostBuckets: Counter;
}

export function leaseMetrics(registry: Registry): LeaseMetrics {
  const reasserts = counterIn<'reason'>(registry, {
    name: 'queqiao_directory_reasserts_total',
    help: 'Times that this node had to assert its sessions again, by reason',
    labelNames: ['reason'],
  });
  for (const reason of REASONS) reasserts.inc({ reason }, 0);
  return {
    reasserts,
    lostBuckets: counterIn(registry, {
      name: 'queqiao_directory_lost_buckets_total',
      help: 'Buckets in which this node found its canary missing',
    }),
  };
}

const REASONS: readonly ReassertReason[] = ['lease-lost', 'buckets-lost', 'reconnected'];
