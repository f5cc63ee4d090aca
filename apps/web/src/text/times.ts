import type { Language, Translate } from './strings.js';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 3_600_000;

/** Times as people read them, in the browser's time zone. */
export class Times {
  readonly #t: Translate;
  readonly #clock: Intl.DateTimeFormat;
  readonly #weekday: Intl.DateTimeFormat;
  readonly #date: Intl.DateTimeFormat;
  readonly #shortDate: Intl.DateTimeFormat;
  readonly #full: Intl.DateTimeFormat;
  readonly #now: () => number;

  constructor(language: Language, t: Translate, now: () => number = Date.now) {
    const locale = language === 'zh' ? 'zh-CN' : 'en-GB';
    this.#t = t;
    this.#now = now;
    this.#clock = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' });
    this.#weekday = new Intl.DateTimeFormat(locale, { weekday: 'short' });
    this.#date = new Intl.DateTimeFormat(locale, { dateStyle: 'long' });
    this.#shortDate = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' });
    this.#full = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'short' });
  }

  /** Equal for times of one local day. */
  dayOf = (ms: number): string => new Date(ms).toDateString();

  clock(ms: number): string {
    return this.#clock.format(ms);
  }

  full(ms: number): string {
    return this.#full.format(ms);
  }

  /** Today, Yesterday or the date. */
  day(ms: number): string {
    const nowMs = this.#now();
    if (this.dayOf(ms) === this.dayOf(nowMs)) return this.#t('today');
    // Noon of today minus a day is yesterday, also when a day has 23 or 25 hours.
    const noonMs = new Date(nowMs).setHours(12, 0, 0, 0);
    if (this.dayOf(ms) === this.dayOf(noonMs - DAY_MS)) return this.#t('yesterday');
    return this.#date.format(ms);
  }

  /** How long it is since, within a day; before that as in lists. */
  ago(ms: number): string {
    const minutes = Math.floor((this.#now() - ms) / MINUTE_MS);
    if (minutes < 1) return this.#t('justNow');
    if (minutes < 60) return this.#t('minutesAgo', minutes);
    const hours = Math.floor(minutes / 60);
    return hours < 24 ? this.#t('hoursAgo', hours) : this.short(ms);
  }

  /** For lists: the time today, the weekday within a week, else the date. */
  short(ms: number): string {
    const nowMs = this.#now();
    if (this.dayOf(ms) === this.dayOf(nowMs)) return this.#clock.format(ms);
    if (nowMs - ms < 6 * DAY_MS) return this.#weekday.format(ms);
    return this.#shortDate.format(ms);
  }
}
