import { fromBinary } from '@bufbuild/protobuf';
import {
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
  FileDescriptorSetSchema,
  type DescriptorProto,
  type EnumDescriptorProto,
  type FieldDescriptorProto,
  type FileDescriptorProto,
  type ServiceDescriptorProto,
} from '@bufbuild/protobuf/wkt';
import { sourceComments, type SourceComments } from './source-comments.js';

interface Declared {
  /** Of services and types: with the package, without a dot before it. Of all others: as declared. */
  readonly name: string;
  readonly comment: string;
}

export interface Method extends Declared {
  readonly request: string;
  readonly response: string;
  readonly streams: boolean;
}

export interface Service extends Declared {
  readonly packageName: string;
  readonly methods: readonly Method[];
}

export interface Field extends Declared {
  /** A scalar's name, or that of a message or an enum with its package. */
  readonly type: string;
  readonly presence: 'one' | 'optional' | 'repeated';
  /** The `oneof` that it is a choice of. */
  readonly choice: string | undefined;
}

export interface Message extends Declared {
  readonly fields: readonly Field[];
}

export interface Enum extends Declared {
  readonly values: readonly Declared[];
}

/** What proto files declare, in their order. */
export interface Contract {
  readonly services: readonly Service[];
  readonly messages: ReadonlyMap<string, Message>;
  readonly enums: ReadonlyMap<string, Enum>;
}

/** Numbers of declarations in the paths of descriptors. */
const FILE = { messages: 4, enums: 5, services: 6 } as const;
const MESSAGE = { fields: 2, messages: 3, enums: 4 } as const;
const PARTS = 2;

/** Reads a serialized google.protobuf.FileDescriptorSet that was compiled with comments. */
export function readContract(descriptorSet: Uint8Array): Contract {
  const services: Service[] = [];
  const messages = new Map<string, Message>();
  const enums = new Map<string, Enum>();
  for (const file of fromBinary(FileDescriptorSetSchema, descriptorSet).file) {
    const types = new FileTypes(sourceComments(file), messages, enums);
    file.messageType.forEach((each, n) => types.message(file.package, each, [FILE.messages, n]));
    file.enumType.forEach((each, n) => types.enum(file.package, each, [FILE.enums, n]));
    services.push(...servicesOf(file));
  }
  return { services, messages, enums };
}

function servicesOf(file: FileDescriptorProto): Service[] {
  const comments = sourceComments(file);
  return file.service.map((service, n) => ({
    name: `${file.package}.${service.name}`,
    packageName: file.package,
    comment: comments([FILE.services, n]),
    methods: methodsOf(service, comments, [FILE.services, n]),
  }));
}

function methodsOf(
  service: ServiceDescriptorProto,
  comments: SourceComments,
  path: readonly number[],
): Method[] {
  return service.method.map((method, n) => ({
    name: method.name,
    comment: comments([...path, PARTS, n]),
    request: method.inputType.slice(1),
    response: method.outputType.slice(1),
    streams: method.serverStreaming,
  }));
}

/** The types of one file, and those inside them. */
class FileTypes {
  constructor(
    readonly comments: SourceComments,
    readonly messages: Map<string, Message>,
    readonly enums: Map<string, Enum>,
  ) {}

  message(parent: string, message: DescriptorProto, path: readonly number[]): void {
    const name = `${parent}.${message.name}`;
    const fields = message.field.map((field, n) => ({
      name: field.name,
      comment: this.comments([...path, MESSAGE.fields, n]),
      type: typeOf(field),
      presence: presenceOf(field),
      choice: choiceOf(message, field),
    }));
    this.messages.set(name, { name, comment: this.comments(path), fields });
    message.nestedType.forEach((each, n) =>
      this.message(name, each, [...path, MESSAGE.messages, n]),
    );
    message.enumType.forEach((each, n) => this.enum(name, each, [...path, MESSAGE.enums, n]));
  }

  enum(parent: string, declared: EnumDescriptorProto, path: readonly number[]): void {
    const name = `${parent}.${declared.name}`;
    const values = declared.value.map((value, n) => ({
      name: value.name,
      comment: this.comments([...path, PARTS, n]),
    }));
    this.enums.set(name, { name, comment: this.comments(path), values });
  }
}

function typeOf({ type, typeName }: FieldDescriptorProto): string {
  return typeName === '' ? (Type[type] ?? '').toLowerCase() : typeName.slice(1);
}

function presenceOf({ label, proto3Optional }: FieldDescriptorProto): Field['presence'] {
  if (label === Label.REPEATED) return 'repeated';
  return proto3Optional ? 'optional' : 'one';
}

/** A field that is `optional` is a choice of one, which nobody has to know. */
function choiceOf(message: DescriptorProto, field: FieldDescriptorProto): string | undefined {
  if (field.proto3Optional) return undefined;
  return Object.hasOwn(field, 'oneofIndex') ? message.oneofDecl[field.oneofIndex]?.name : undefined;
}
