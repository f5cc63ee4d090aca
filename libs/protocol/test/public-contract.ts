/** The services that devices, back ends and operators call, with what their proto files say about them. */
import {
  createFileRegistry,
  fromBinary,
  type DescField,
  type DescMessage,
  type DescMethod,
  type DescService,
} from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { descriptorSet } from '../src/descriptor.js';

const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, descriptorSet()));
const files = [...registry.files].filter(({ proto }) =>
  /^queqiao\.(?:client|server|admin)\.v1$/.test(proto.package),
);

export const publicServices: readonly DescService[] = files.flatMap(({ services }) => services);

export interface PublicMethod {
  /** For example `client.v1.MessageService/Send`. */
  readonly path: string;
  readonly desc: DescMethod;
}

export const publicMethods: readonly PublicMethod[] = publicServices
  .flatMap(({ typeName, methods }) =>
    methods.map((desc) => {
      return { path: `${typeName.replace('queqiao.', '')}/${desc.name}`, desc };
    }),
  )
  .sort((a, b) => (a.path < b.path ? -1 : 1));

export const publicMessages: readonly DescMessage[] = files.flatMap(({ messages }) =>
  messages.flatMap((each) => [each, ...each.nestedMessages]),
);

/** What stands above it, without the marks of the comment. */
export function commentOf(desc: DescService | DescMethod | DescField): string {
  const path = pathOf(desc).join('.');
  const file = desc.kind === 'service' ? desc.file : desc.parent.file;
  const places = file.proto.sourceCodeInfo?.location ?? [];
  const found = places.find((place) => place.path.join('.') === path);
  return (found?.leadingComments ?? '').replace(/^ /gm, '').trim();
}

/** Numbers of fields of FileDescriptorProto and what is in it. */
const [MESSAGE, SERVICE, METHOD, FIELD, NESTED] = [4, 6, 2, 2, 3];

/** Where a descriptor file says something about it: field numbers and places in lists, from the file down. */
function pathOf(desc: DescService | DescMethod | DescField | DescMessage): number[] {
  switch (desc.kind) {
    case 'service':
      return [SERVICE, desc.file.services.indexOf(desc)];
    case 'rpc':
      return [...pathOf(desc.parent), METHOD, desc.parent.methods.indexOf(desc)];
    case 'field':
      return [...pathOf(desc.parent), FIELD, desc.parent.fields.indexOf(desc)];
    case 'message': {
      const { parent } = desc;
      if (parent) return [...pathOf(parent), NESTED, parent.nestedMessages.indexOf(desc)];
      return [MESSAGE, desc.file.messages.indexOf(desc)];
    }
  }
}
