import { expect } from 'vitest';

interface PageOf<T> {
  readonly rows: readonly T[];
  readonly nextPageToken: string;
}

/** All pages of a list, of this size; each has as many as it may, or fewer. */
export async function allPages<T>(
  readPage: (page: { pageToken: string; limit: number }) => Promise<PageOf<T>>,
  limit: number,
): Promise<T[]> {
  const all: T[] = [];
  for (let pageToken = ''; ;) {
    const { rows, nextPageToken } = await readPage({ pageToken, limit });
    if (limit > 0) expect(rows.length).toBeLessThanOrEqual(limit);
    all.push(...rows);
    if (nextPageToken === '') return all;
    pageToken = nextPageToken;
  }
}
