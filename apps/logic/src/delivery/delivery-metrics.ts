import { counterIn, gaugeIn, histogramIn, type Registry } from '@queqiao/runtime';

export type DeliveryMetrics = ReturnType<typeof deliveryMetrics>;

/** Metrics of delivery; the names are part of the operations handbook. */
export function deliveryMetrics(registry: Registry) {
  const count = (name: string, help: string) => counterIn(registry, { name, help });
  const gauge = (name: string, help: string) => gaugeIn(registry, { name, help });
  return {
    batches: gauge('queqiao_delivery_batches', 'Commits whose readers are being looked up'),
    overflows: count(
      'queqiao_delivery_overflows_total',
      'Commits left to the recovery because too many were in fan-out',
    ),
    transients: count(
      'queqiao_delivery_transients_total',
      'Signals and messages that are not stored, taken for delivery',
    ),
    transientsDropped: count(
      'queqiao_delivery_transients_dropped_total',
      'Signals and messages that are not stored, dropped because too many were under way',
    ),
    failures: counterIn(registry, {
      name: 'queqiao_delivery_failures_total',
      help: 'Pushes that the recovery has to repeat, by cause',
      labelNames: ['cause'] as const,
    }),
    deliveries: count('queqiao_delivery_sessions_total', 'Pushes times the sessions they are for'),
    linkItems: count('queqiao_delivery_link_items_total', 'Items handed to connect nodes'),
    largeItems: count(
      'queqiao_delivery_large_items_total',
      'Items of large groups handed to connect nodes, one for each node',
    ),
    routeFailures: count(
      'queqiao_delivery_route_read_failures_total',
      'Batches sent to all nodes by user because routes could not be read',
    ),
    memberReads: count('queqiao_delivery_member_reads_total', 'Member lists read from the store'),
    cachedLists: gauge('queqiao_delivery_cached_lists', 'Member lists in the cache'),
    outstanding: gauge(
      'queqiao_dispatch_outstanding',
      'Dispatch rows of this node with pushes under way',
    ),
    settled: count('queqiao_dispatch_settled_total', 'Dispatch rows deleted after their pushes'),
    settleFailures: count('queqiao_dispatch_settle_failures_total', 'Deletions that failed'),
    settleOverflows: count(
      'queqiao_dispatch_settle_overflows_total',
      'Settled rows left to the recovery because too many waited for deletion',
    ),
    claimed: count('queqiao_dispatch_claimed_total', 'Rows past due that this node took over'),
    claimFailures: count('queqiao_dispatch_claim_failures_total', 'Claims that failed'),
    resyncRows: count('queqiao_dispatch_resync_rows_total', 'Resync rows written'),
    backlogRows: gauge('queqiao_dispatch_backlog_rows', 'Dispatch rows in the table'),
    lagSeconds: gauge('queqiao_dispatch_lag_seconds', 'By how much the oldest row is past due'),
    fanOutSeconds: histogramIn(registry, {
      name: 'queqiao_delivery_fan_out_seconds',
      help: 'From the commit to the hand-over to the links',
      buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5],
    }),
  };
}
