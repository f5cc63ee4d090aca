import {
  credentials,
  loadPackageDefinition,
  status,
  type ClientDuplexStream,
  type ServiceClientConstructor,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { create, createFileRegistry, fromBinary } from '@bufbuild/protobuf';
import {
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
  type FileDescriptorProto,
} from '@bufbuild/protobuf/wkt';
import { addReflection, createGrpcServer, type ReflectionOptions } from '@queqiao/grpc-kit';
import { descriptorSet } from '@queqiao/protocol/descriptor';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { after, listen } from './rig.js';

interface Answer {
  originalRequest?: { listServices?: string };
  listServicesResponse?: { service: { name: string }[] };
  fileDescriptorResponse?: { fileDescriptorProto: Uint8Array[] };
  errorResponse?: { errorCode: number };
}

/** A client made from the official proto files: it decodes with code that is not ours. */
async function officialClient(version: 'v1' | 'v1alpha', options?: ReflectionOptions) {
  const { address } = await listen((server) => addReflection(server, descriptorSet(), options));
  const main = createRequire(import.meta.url).resolve('@grpc/reflection');
  const file = join(main, `../../proto/grpc/reflection/${version}/reflection.proto`);
  const loaded = loadPackageDefinition(loadSync(file)) as unknown as {
    grpc: { reflection: Record<string, { ServerReflection: ServiceClientConstructor }> };
  };
  const Client = loaded.grpc.reflection[version]?.ServerReflection;
  if (!Client) throw new Error('no reflection client');
  const client = new Client(address, credentials.createInsecure());
  after(() => client.close());
  const stream = client['ServerReflectionInfo']?.() as ClientDuplexStream<object, Answer>;
  // The server is stopped without waiting, so the stream may end with an error; questions still fail with theirs.
  stream.on('error', () => undefined);
  after(() => stream.end());
  return async (question: object): Promise<Answer> => {
    stream.write(question);
    return (await once(stream, 'data'))[0] as Answer;
  };
}

function describedFiles(answer: Answer): FileDescriptorProto[] {
  const files = answer.fileDescriptorResponse?.fileDescriptorProto ?? [];
  return files.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes));
}

function importsFirst(files: readonly FileDescriptorProto[]): FileDescriptorProto[] {
  const ordered = new Set<FileDescriptorProto>();
  const place = (file: FileDescriptorProto): void => {
    files.filter(({ name }) => file.dependency.includes(name)).forEach(place);
    ordered.add(file);
  };
  files.forEach(place);
  return [...ordered];
}

/** The files and all that they import: clients ask by name for those that an answer has left out. */
async function withImports(
  ask: (question: object) => Promise<Answer>,
  files: readonly FileDescriptorProto[],
): Promise<FileDescriptorProto[]> {
  const known = new Map(files.map((file) => [file.name, file]));
  for (const { dependency } of known.values()) {
    for (const fileByFilename of dependency.filter((name) => !known.has(name))) {
      for (const file of describedFiles(await ask({ fileByFilename }))) {
        if (!known.has(file.name)) known.set(file.name, file);
      }
    }
  }
  return [...known.values()];
}

describe.each(['v1', 'v1alpha'] as const)('reflection %s', (version) => {
  it('lists the services and repeats the question', async () => {
    const ask = await officialClient(version);
    const answer = await ask({ listServices: '*', host: 'h' });
    const names = answer.listServicesResponse?.service.map(({ name }) => name);
    expect(names).toContain('queqiao.client.v1.UserService');
    expect(names).toContain('queqiao.server.v1.MessageService');
    expect(answer.originalRequest).toMatchObject({ listServices: '*' });
  });

  it('describes symbols by files that hold them and all that they import', async () => {
    const ask = await officialClient(version);
    for (const symbol of ['UserService', 'UserService.GetUsers', 'GetUsersRequest']) {
      const question = { fileContainingSymbol: `queqiao.client.v1.${symbol}` };
      const names = describedFiles(await ask(question)).map(({ name }) => name);
      expect(names).toContain('queqiao/client/v1/user_service.proto');
      expect(names).toContain('queqiao/client/v1/user.proto');
    }
    const socket = describedFiles(await ask({ fileContainingSymbol: 'queqiao.client.v1.Item' }));
    const names = new Set(socket.map(({ name }) => name));
    for (const { dependency } of socket)
      for (const name of dependency) expect(names).toContain(name);
    const packages = new Set(socket.map((file) => file.package));
    expect(packages).toEqual(new Set(['queqiao.client.v1', 'queqiao.common.v1']));
  });

  it('describes every service so that its types are found, as clients in other languages do', async () => {
    const ask = await officialClient(version);
    const { listServicesResponse } = await ask({ listServices: '*' });
    const services = listServicesResponse?.service.map(({ name }) => name) ?? [];
    expect(services.length).toBeGreaterThan(15);
    for (const name of services) {
      const files = await withImports(
        ask,
        describedFiles(await ask({ fileContainingSymbol: name })),
      );
      const registry = createFileRegistry(
        create(FileDescriptorSetSchema, { file: importsFirst(files) }),
      );
      expect(registry.getService(name)?.methods.length).toBeGreaterThan(0);
      const fields = files.flatMap(({ messageType }) => messageType.flatMap(({ field }) => field));
      const types = fields.map(({ typeName }) => typeName).filter((type) => type !== '');
      expect(types.filter((type) => !type.startsWith('.queqiao.'))).toEqual([]);
    }
  });

  it('says what it does not know', async () => {
    const ask = await officialClient(version);
    for (const question of [
      { fileContainingSymbol: 'queqiao.client.v1.Nothing' },
      { fileContainingSymbol: 'nothing' },
      { fileByFilename: 'nothing.proto' },
    ]) {
      expect((await ask(question)).errorResponse?.errorCode).toBe(status.NOT_FOUND);
    }
  });
});

it('lists only what it is told to, and refuses what it cannot describe', async () => {
  const services = ['queqiao.server.v1.UserService'];
  const ask = await officialClient('v1', { services });
  const answer = await ask({ listServices: '' });
  expect(answer.listServicesResponse?.service.map(({ name }) => name)).toEqual(services);
  const wrong = { services: ['queqiao.server.v1.Nothing'] };
  expect(() => addReflection(createGrpcServer(), descriptorSet(), wrong)).toThrow('Nothing');
});
