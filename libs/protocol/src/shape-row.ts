/** `varints` is a repeated number; everything else that is repeated stands there once per value. */
export type Scalar = 'uint32' | 'varint' | 'varints' | 'double' | 'string' | 'bytes';
export type Row = readonly [name: string, type: Scalar | { readonly message: string }];

export function message(name: string): { readonly message: string } {
  return { message: name };
}
