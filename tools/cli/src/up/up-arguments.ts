import { parseArgs } from 'node:util';

/** More nodes than this on one machine is a typing error. */
const MAX_NODES = 8;

export interface UpArguments {
  readonly connect: number;
  readonly logic: number;
  /** Empty the database first. */
  readonly reset: boolean;
}

/** Throws an error whose message is for the person who typed. */
export function parseUpArguments(args: readonly string[]): UpArguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      connect: { type: 'string', default: '1' },
      logic: { type: 'string', default: '1' },
      reset: { type: 'boolean', default: false },
    },
  });
  return {
    connect: count('--connect', values.connect),
    logic: count('--logic', values.logic),
    reset: values.reset,
  };
}

function count(option: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > MAX_NODES) {
    throw new Error(`${option} takes a number from 1 to ${MAX_NODES}`);
  }
  return value;
}
