import type { ListMomentNoticesResponse, MomentNotice } from '@queqiao/protocol/client';

/** The newest notices, as far as they were loaded and never more than `max`: newest first. */
export class NoticeList {
  #notices: readonly MomentNotice[] = [];
  /** Undefined: nothing was loaded; empty: there are no more. */
  #nextPageToken: string | undefined;

  constructor(private readonly max: number) {}

  get notices(): readonly MomentNotice[] {
    return this.#notices;
  }
  get complete(): boolean {
    return this.#nextPageToken === '';
  }
  get room(): number {
    return this.max - this.#notices.length;
  }
  get pageToken(): string {
    return this.#nextPageToken ?? '';
  }
  /** Place of the newest one; 0: there is none. */
  get newestSeq(): number {
    return this.#notices[0]?.seq ?? 0;
  }

  /** The first page as it is now; what is older stays as it was. */
  renew({ notices, nextPageToken }: ListMomentNoticesResponse): void {
    const oldest = notices.at(-1)?.seq ?? 0;
    // Below a page that does not reach what is known there may be others.
    const reaches = nextPageToken !== '' && oldest <= this.newestSeq;
    const older = reaches ? this.#notices.filter(({ seq }) => seq < oldest) : [];
    this.#keep([...notices, ...older]);
    if (older.length === 0) this.#nextPageToken = nextPageToken;
  }

  append({ notices, nextPageToken }: ListMomentNoticesResponse): void {
    const last = this.#notices.at(-1)?.seq ?? Infinity;
    this.#keep([...this.#notices, ...notices.filter(({ seq }) => seq < last)]);
    this.#nextPageToken = nextPageToken;
  }

  read(throughSeq: number): void {
    this.#notices = this.#notices.map((notice) =>
      notice.unread && notice.seq <= throughSeq ? { ...notice, unread: false } : notice,
    );
  }

  clear(): void {
    this.#notices = [];
    this.#nextPageToken = undefined;
  }

  #keep(notices: readonly MomentNotice[]): void {
    this.#notices = notices.slice(0, this.max);
  }
}
