import type { Contract, Field, Message, Method, Service } from './contract.js';
import { linkTo, prose, proseWithErrors } from './markdown.js';
import { typesOf } from './reach.js';

const ROOT = 'queqiao.';

export interface PageInput {
  readonly contract: Contract;
  /** Packages whose services the page has, in its order. */
  readonly packages: Readonly<Record<string, PackageText>>;
  /** What a credential needs for a method, by `queqiao.server.v1.Service/Method`. */
  readonly scopes: ReadonlyMap<string, string>;
  /** Beside those that the calls are made of. */
  readonly moreTypes: readonly string[];
  readonly introduction: string;
}

export interface PackageText {
  readonly heading: string;
  readonly words: string;
  /** Who may call a method that has no scope; empty: nobody, which is refused. */
  readonly withoutScope: string;
}

/** The whole page, not formatted yet. Throws when a method has no scope where each needs one. */
export function serverApiPage(input: PageInput): string {
  const { contract, packages, scopes, introduction } = input;
  const services = Object.keys(packages).flatMap((name) =>
    contract.services.filter(({ packageName }) => packageName === name),
  );
  const parts = Object.entries(packages).flatMap(([packageName, text]) => {
    const own = services.filter((service) => service.packageName === packageName);
    return [
      `## ${text.heading}`,
      text.words,
      ...own.flatMap((service) => servicePart(contract, service, scopeNames(text, scopes))),
    ];
  });
  const calls = new Set(
    services.flatMap(({ methods }) =>
      methods.flatMap((method) => [method.request, method.response]),
    ),
  );
  const reached = typesOf(contract, services).filter((type) => !calls.has(type));
  const typeParts = [...new Set([...reached, ...input.moreTypes])]
    .sort()
    .flatMap((type) => typePart(contract, type));
  return [introduction, index(services), ...parts, '## Types', ...typeParts].join('\n\n');
}

function index(services: readonly Service[]): string {
  const rows = services.map(({ name, methods }) => {
    const links = methods.map((method) => linkTo(methodHeading(name, method), method.name));
    return `- ${linkTo(short(name))}: ${links.join(', ')}`;
  });
  return ['## Services', rows.join('\n')].join('\n\n');
}

function servicePart(
  contract: Contract,
  service: Service,
  scopeOf: (path: string) => string,
): string[] {
  const methods = service.methods.flatMap((method) => [
    `#### ${methodHeading(service.name, method)}`,
    `\`${service.name}/${method.name}\` · ${scopeOf(`${service.name}/${method.name}`)}`,
    proseWithErrors(method.comment),
    ...callPart(contract, 'Request', method.request),
    ...callPart(contract, method.streams ? 'Stream of' : 'Response', method.response),
  ]);
  return [`### ${short(service.name)}`, proseWithErrors(service.comment), ...methods];
}

function callPart({ messages }: Contract, role: string, type: string): string[] {
  const message = messages.get(type);
  if (message === undefined) throw new Error(`${type} is not declared`);
  const words = `${role} \`${type.slice(type.lastIndexOf('.') + 1)}\``;
  if (message.fields.length === 0) return [`${words}: empty.`];
  return [
    `${words}:${message.comment === '' ? '' : ` ${prose(message.comment)}`}`,
    fields(message),
  ];
}

function typePart({ messages, enums }: Contract, type: string): string[] {
  const message = messages.get(type);
  if (message !== undefined) {
    return [`### ${short(type)}`, prose(message.comment), fields(message)];
  }
  const declared = enums.get(type);
  const values = (declared?.values ?? []).map(({ name, comment }) => item(`\`${name}\``, comment));
  return [`### ${short(type)}`, prose(declared?.comment ?? ''), values.join('\n')];
}

function fields(message: Message): string {
  return message.fields
    .map((field) => item(`\`${field.name}\` ${kindOf(field)}`, field.comment))
    .join('\n');
}

function kindOf({ type, presence, choice }: Field): string {
  const name = type.startsWith(ROOT) ? linkTo(short(type), nameIn(type)) : type;
  const words = presence === 'one' ? name : `${presence} ${name}`;
  return choice === undefined ? `(${words})` : `(${words}, one of \`${choice}\`)`;
}

function item(name: string, comment: string): string {
  return comment === '' ? `- ${name}` : `- ${name}: ${prose(comment).replaceAll('\n\n', ' ')}`;
}

function scopeNames(text: PackageText, scopes: ReadonlyMap<string, string>) {
  return (path: string): string => {
    const scope = scopes.get(path);
    if (scope !== undefined) return `scope \`${scope}\``;
    if (text.withoutScope === '') throw new Error(`${path} has no scope`);
    return text.withoutScope;
  };
}

function methodHeading(service: string, { name }: Method): string {
  return `${short(service)}/${name}`;
}

/** Without `queqiao.`, which all have. */
function short(name: string): string {
  return name.startsWith(ROOT) ? name.slice(ROOT.length) : name;
}

/** The type's own name, with those of the messages that it stands in. */
function nameIn(type: string): string {
  return type.slice(type.search(/\.[A-Z]/) + 1);
}
