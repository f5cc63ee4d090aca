import { counterIn, gaugeIn, type Registry } from '@queqiao/runtime';

export type PresenceMetrics = ReturnType<typeof presenceMetrics>;

/** Counts of what this node tells of who came and went. */
export function presenceMetrics(registry: Registry) {
  const count = (name: string, help: string) => counterIn(registry, { name, help });
  return {
    pending: gaugeIn(registry, {
      name: 'queqiao_connect_pending_presence',
      help: 'Users who came or went and wait to be told of',
    }),
    dropped: count(
      'queqiao_connect_dropped_presence_total',
      'Users who came or went and are not told of, because too many waited',
    ),
    failedCalls: count(
      'queqiao_connect_failed_presence_calls_total',
      'Calls with users who came or went that failed',
    ),
  };
}
