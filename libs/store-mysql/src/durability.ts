/** A server setting that is not what acknowledgements need. */
export interface DurabilityFinding {
  readonly setting: string;
  readonly value: string;
  readonly wanted: string;
  /** `broken`: acknowledged entries can be lost or the log corrupted; `weak`: only together with another failure. */
  readonly severity: 'broken' | 'weak';
}
