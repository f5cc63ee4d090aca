import { DomainError } from '@queqiao/domain';

/** Secrets by which one receiver's requests may be signed at a time, the present one among them. */
export const SIGNING_MAX_SECRETS = 5;

/** A secret that was replaced, sealed; it signs too until its time is over. */
export interface ReplacedSecret {
  readonly sealed: Uint8Array;
  readonly untilMs: number;
}

/** As a row has it, in base64. */
export interface EarlierSecret {
  readonly sealed: string;
  readonly untilMs: number;
}

export interface SecretColumns {
  readonly secret: Buffer;
  readonly previous_secret: Buffer | null;
  readonly previous_until_ms: number;
  readonly earlier_secrets: readonly EarlierSecret[] | null;
}

/** Whose time was not over at `nowMs`, the newest first. */
export function replacedSecrets(
  row: Omit<SecretColumns, 'secret'>,
  nowMs: number,
): readonly ReplacedSecret[] {
  const { previous_secret: sealed, previous_until_ms: untilMs, earlier_secrets } = row;
  const earlier = (earlier_secrets ?? []).map((each) => {
    return { sealed: Buffer.from(each.sealed, 'base64'), untilMs: each.untilMs };
  });
  const all = sealed === null ? earlier : [{ sealed, untilMs }, ...earlier];
  return all.filter((each) => each.untilMs > nowMs);
}

/**
 * With a new secret. Each one before signs for as long as it was told to, the present one for `overlapMs`; without an overlap none
 * of them signs any more. Errors: LIMIT_EXCEEDED.
 */
export function rotated(
  row: SecretColumns,
  fresh: Uint8Array,
  { nowMs, overlapMs }: { readonly nowMs: number; readonly overlapMs: number },
): SecretColumns {
  const replaced = { sealed: row.secret, untilMs: nowMs + overlapMs };
  const kept = overlapMs === 0 ? [] : [replaced, ...replacedSecrets(row, nowMs)];
  if (kept.length >= SIGNING_MAX_SECRETS) throw tooMany();
  const [previous, ...earlier] = kept;
  return {
    secret: Buffer.from(fresh),
    previous_secret: previous ? Buffer.from(previous.sealed) : null,
    previous_until_ms: previous?.untilMs ?? 0,
    earlier_secrets: earlier.map(({ sealed, untilMs }) => ({ sealed: asText(sealed), untilMs })),
  };
}

/** When those before the previous one end. */
export function earlierUntilMs({
  earlier_secrets: earlier,
}: Pick<SecretColumns, 'earlier_secrets'>): number[] {
  return (earlier ?? []).map(({ untilMs }) => untilMs);
}

/** As JSON has it. */
export function asText(sealed: Uint8Array): string {
  return Buffer.from(sealed).toString('base64');
}

export function asBytes(text: string | undefined): Uint8Array | null {
  return text === undefined ? null : Buffer.from(text, 'base64');
}

function tooMany(): DomainError {
  const message = `at most ${SIGNING_MAX_SECRETS} secrets sign at a time`;
  return new DomainError('LIMIT_EXCEEDED', message, { field: 'SIGNING_MAX_SECRETS' });
}
