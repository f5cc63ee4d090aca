/** A Prometheus histogram: observations up to each bound, ascending, the last bound Infinity. */
export interface HistogramSample {
  readonly bounds: readonly number[];
  readonly counts: readonly number[];
  readonly sum: number;
}

/** Sums a histogram of a Prometheus text over all of its labels. Without such a histogram: no observations. */
export function readHistogram(text: string, name: string): HistogramSample {
  const counts = new Map<number, number>();
  let sum = 0;
  for (const line of text.split('\n')) {
    if (!line.startsWith(`${name}_`)) continue;
    const value = Number(line.slice(line.lastIndexOf(' ') + 1));
    const bound = /[{,]le="([^"]+)"/.exec(line)?.[1];
    if (line.startsWith(`${name}_bucket`) && bound !== undefined) {
      const limit = bound === '+Inf' ? Infinity : Number(bound);
      counts.set(limit, (counts.get(limit) ?? 0) + value);
    } else if (line.startsWith(`${name}_sum`)) {
      sum += value;
    }
  }
  const bounds = [...counts.keys()].sort((a, b) => a - b);
  return { bounds, counts: bounds.map((bound) => counts.get(bound) ?? 0), sum };
}

/** What was observed after `before`. A bucket that `before` does not have counts from nothing. */
export function since(after: HistogramSample, before: HistogramSample): HistogramSample {
  const earlier = new Map(before.bounds.map((bound, index) => [bound, before.counts[index] ?? 0]));
  return {
    bounds: after.bounds,
    counts: after.counts.map(
      (count, index) => count - (earlier.get(after.bounds[index] ?? 0) ?? 0),
    ),
    sum: after.sum - before.sum,
  };
}

/** The histograms of several processes, whose bounds are the same, as one. */
export function merged(samples: readonly HistogramSample[]): HistogramSample {
  const [first] = samples;
  if (first === undefined) return { bounds: [], counts: [], sum: 0 };
  return {
    bounds: first.bounds,
    counts: first.bounds.map((_, index) =>
      samples.reduce((total, sample) => total + (sample.counts[index] ?? 0), 0),
    ),
    sum: samples.reduce((total, sample) => total + sample.sum, 0),
  };
}

export function countOf(sample: HistogramSample): number {
  return sample.counts.at(-1) ?? 0;
}

export function meanOf(sample: HistogramSample): number {
  const count = countOf(sample);
  return count === 0 ? 0 : sample.sum / count;
}

/** How many observations fell into each bucket, empty ones left out: `≤8: 12`. */
export function bucketsOf(sample: HistogramSample): string {
  let below = 0;
  const parts: string[] = [];
  sample.bounds.forEach((bound, index) => {
    const count = (sample.counts[index] ?? 0) - below;
    below += count;
    if (count > 0) parts.push(`${bound === Infinity ? 'more' : `≤${bound}`}: ${count}`);
  });
  return parts.join('  ');
}
