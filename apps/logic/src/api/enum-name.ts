import { invalidArgument } from '@queqiao/domain';

/** Our name of an enum's value; undefined and unspecified both mean: not set. Errors: INVALID_ARGUMENT for unknown values. */
export function enumName<N extends string>(
  names: Readonly<Record<N, number>>,
  value: number | undefined,
  field: string,
): N | undefined {
  if (value === undefined || value === 0) return undefined;
  const found = (Object.keys(names) as N[]).find((name) => names[name] === value);
  if (found === undefined) throw invalidArgument(field, 'is not a value of its kind');
  return found;
}
