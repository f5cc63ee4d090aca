import { status, type Server, type ServerDuplexStream } from '@grpc/grpc-js';
import {
  createFileRegistry,
  fromBinary,
  toBinary,
  type DescFile,
  type FileRegistry,
} from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { toServiceDefinition } from './generic-definition.js';
import {
  reflectionRequestCodec,
  reflectionResponseCodec,
  type ReflectionRequest,
  type ReflectionResponse,
} from './reflection-codec.js';

export interface ReflectionOptions {
  /** Full names of the services to list; all of the descriptor set when left out. */
  readonly services?: readonly string[];
}

type ReflectionCall = ServerDuplexStream<ReflectionRequest, ReflectionResponse>;

/** Both names that clients ask under; their messages are the same. */
const PACKAGES = ['grpc.reflection.v1', 'grpc.reflection.v1alpha'] as const;

/**
 * Adds server reflection from the bytes of a FileDescriptorSet with all its imports. Written out because the packaged one reads
 * its proto file from beside its own sources, which a bundled service does not have.
 */
export function addReflection(
  server: Server,
  descriptorSetBytes: Uint8Array,
  options: ReflectionOptions = {},
): void {
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, descriptorSetBytes));
  const services = options.services ?? servicesOf(registry);
  const missing = services.find((name) => !registry.getService(name));
  if (missing !== undefined) throw new Error(`${missing} is not in the descriptor set`);
  const info = (call: ReflectionCall): void => {
    call.on('error', () => call.end());
    call.on('end', () => call.end());
    call.on('data', (request: ReflectionRequest) => {
      // One answer at a time: a caller that does not read is not read from either.
      if (!call.write({ request, answer: answerTo(request.ask, registry, services) })) {
        call.pause();
        call.once('drain', () => call.resume());
      }
    });
  };
  for (const name of PACKAGES) {
    server.addService(toServiceDefinition(reflectionDefinition(name)), {
      serverReflectionInfo: info,
    });
  }
}

export function reflectionDefinition(packageName: (typeof PACKAGES)[number]) {
  return {
    name: 'ServerReflection',
    fullName: `${packageName}.ServerReflection`,
    methods: {
      serverReflectionInfo: {
        name: 'ServerReflectionInfo',
        requestType: reflectionRequestCodec,
        requestStream: true,
        responseType: reflectionResponseCodec,
        responseStream: true,
        options: {},
      },
    },
  } as const;
}

function servicesOf(registry: FileRegistry): string[] {
  return [...registry.files].flatMap((file) => file.services.map((service) => service.typeName));
}

function answerTo(
  ask: ReflectionRequest['ask'],
  registry: FileRegistry,
  services: readonly string[],
): ReflectionResponse['answer'] {
  switch (ask.kind) {
    case 'list':
      return { kind: 'services', names: services };
    case 'file':
      return filesAnswer(
        registry.getFile(ask.name.replace(/\.proto$/, '')) ?? registry.getFile(ask.name),
      );
    case 'symbol':
      return filesAnswer(fileOfSymbol(registry, ask.name));
    case 'extension':
      return filesAnswer(extensionFile(registry, ask.name, ask.number));
    case 'extension-numbers':
      if (!registry.getMessage(ask.name)) return notFound();
      return {
        kind: 'extension-numbers',
        name: ask.name,
        numbers: extensionNumbers(registry, ask.name),
      };
    case 'none':
      return { kind: 'error', code: status.INVALID_ARGUMENT, message: 'unknown question' };
  }
}

function extensionFile(registry: FileRegistry, name: string, number: number): DescFile | undefined {
  const extendee = registry.getMessage(name);
  return extendee && registry.getExtensionFor(extendee, number)?.file;
}

function extensionNumbers(registry: FileRegistry, extendee: string): number[] {
  const numbers: number[] = [];
  for (const type of registry) {
    if (type.kind === 'extension' && type.extendee.typeName === extendee) numbers.push(type.number);
  }
  return numbers;
}

/** Types, services and extensions by their own name; fields, methods and enum values by that of their owner. */
function fileOfSymbol(registry: FileRegistry, symbol: string): DescFile | undefined {
  const own = registry.get(symbol);
  if (own) return own.file;
  const dot = symbol.lastIndexOf('.');
  if (dot < 0) return undefined;
  const [owner, member] = [registry.get(symbol.slice(0, dot)), symbol.slice(dot + 1)];
  if (owner?.kind === 'service') {
    return owner.methods.some(({ name }) => name === member) ? owner.file : undefined;
  }
  if (owner?.kind === 'message') {
    return owner.members.some(({ name }) => name === member) ? owner.file : undefined;
  }
  return enumValueFile(registry, symbol);
}

/** Enum values live in the scope around their enum. */
function enumValueFile(registry: FileRegistry, symbol: string): DescFile | undefined {
  for (const type of registry) {
    if (type.kind !== 'enum') continue;
    const scope = type.typeName.slice(0, type.typeName.lastIndexOf('.') + 1);
    if (type.values.some(({ name }) => `${scope}${name}` === symbol)) return type.file;
  }
  return undefined;
}

function filesAnswer(file: DescFile | undefined): ReflectionResponse['answer'] {
  if (!file) return notFound();
  const seen = new Set<DescFile>();
  const visit = (each: DescFile): void => {
    if (seen.has(each)) return;
    seen.add(each);
    each.dependencies.forEach(visit);
  };
  visit(file);
  return {
    kind: 'files',
    files: [...seen].map(({ proto }) => toBinary(FileDescriptorProtoSchema, proto)),
  };
}

function notFound(): ReflectionResponse['answer'] {
  return { kind: 'error', code: status.NOT_FOUND, message: 'not found' };
}
