const SECONDS = /^\d{1,6}$/;
/** The forms of RFC 9110: the one that is sent today, and two that are taken all the same. */
const HTTP_DATE =
  /^(?:[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT|[A-Z][a-z]+day, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT)$/;
const ASCTIME_DATE = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/;

export interface RetryHeaders {
  readonly 'retry-after'?: string | undefined;
  readonly date?: string | undefined;
}

/**
 * How long the other side asks to wait. A date is measured from the one of its answer, which is of the same clock, and without one
 * from `nowMs`; one that is past asks for nothing. Null: it says neither a number of seconds nor a date.
 */
export function retryAfterMs(
  { 'retry-after': asked, date }: RetryHeaders,
  nowMs: number,
): number | null {
  if (asked === undefined) return null;
  if (SECONDS.test(asked)) return Number(asked) * 1_000;
  const atMs = httpDateMs(asked);
  if (atMs === null) return null;
  const fromMs = date === undefined ? null : httpDateMs(date);
  return Math.max(0, atMs - (fromMs ?? nowMs));
}

function httpDateMs(text: string): number | null {
  const isOld = ASCTIME_DATE.test(text);
  if (!isOld && !HTTP_DATE.test(text)) return null;
  const ms = Date.parse(isOld ? `${text} GMT` : text);
  return Number.isNaN(ms) ? null : ms;
}
