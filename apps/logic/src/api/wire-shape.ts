import { ScalarType, type DescField, type DescMessage } from '@bufbuild/protobuf';

/** How a field stands on the wire, as far as a check needs to know it. */
export interface FieldShape {
  readonly name: string;
  readonly wireType: number;
  /** A repeated number may also come packed, as one length-delimited run. */
  readonly packable: boolean;
  readonly value: 'int32' | 'uint32' | 'int64' | 'uint64' | 'bool' | 'fixed' | 'string' | 'bytes';
  /** Set for messages; a function, because messages may hold themselves. */
  readonly message: (() => WireShape) | undefined;
}

export type WireShape = ReadonlyMap<number, FieldShape>;

const shapes = new WeakMap<DescMessage, WireShape>();

export function wireShapeOf(message: DescMessage): WireShape {
  let shape = shapes.get(message);
  if (!shape) {
    shape = new Map(message.fields.map((field) => [field.number, fieldShape(field)]));
    shapes.set(message, shape);
  }
  return shape;
}

const VARINT = 0;
const FIXED64 = 1;
const DELIMITED = 2;
const FIXED32 = 5;

function fieldShape(field: DescField): FieldShape {
  const { name, message, scalar, enum: enumeration } = field;
  if (field.fieldKind === 'map')
    throw new Error(`${field.toString()}: maps are not supported here`);
  if (message) {
    const shape = (): WireShape => wireShapeOf(message);
    return { name, wireType: DELIMITED, packable: false, value: 'bytes', message: shape };
  }
  const packable = field.fieldKind === 'list';
  if (enumeration) {
    return { name, wireType: VARINT, packable, value: 'int32', message: undefined };
  }
  return { name, message: undefined, ...scalarShape(scalar, packable) };
}

function scalarShape(
  scalar: ScalarType,
  packable: boolean,
): Pick<FieldShape, 'wireType' | 'value' | 'packable'> {
  switch (scalar) {
    case ScalarType.STRING:
      return { wireType: DELIMITED, value: 'string', packable: false };
    case ScalarType.BYTES:
      return { wireType: DELIMITED, value: 'bytes', packable: false };
    case ScalarType.BOOL:
      return { wireType: VARINT, value: 'bool', packable };
    case ScalarType.INT32:
      return { wireType: VARINT, value: 'int32', packable };
    case ScalarType.UINT32:
    case ScalarType.SINT32:
      return { wireType: VARINT, value: 'uint32', packable };
    case ScalarType.INT64:
      return { wireType: VARINT, value: 'int64', packable };
    case ScalarType.UINT64:
    case ScalarType.SINT64:
      return { wireType: VARINT, value: 'uint64', packable };
    case ScalarType.DOUBLE:
    case ScalarType.FIXED64:
    case ScalarType.SFIXED64:
      return { wireType: FIXED64, value: 'fixed', packable };
    case ScalarType.FLOAT:
    case ScalarType.FIXED32:
    case ScalarType.SFIXED32:
      return { wireType: FIXED32, value: 'fixed', packable };
  }
}
