import type { Scope } from '@queqiao/domain';

/** Every method of every service of a package: one without a scope does not compile. */
export type ScopesOf<Package> = {
  readonly [
    K in keyof Package as K extends `${infer Name}ServiceDefinition` ? `${Name}Service` : never
  ]: Package[K] extends { readonly methods: infer Methods }
    ? { readonly [M in keyof Methods]: Scope }
    : never;
};

type AnyScopes = Readonly<Record<string, Readonly<Record<string, Scope>>>>;

/** By `package.Service/Method`. */
export function scopesByPath(packageName: string, services: AnyScopes): [string, Scope][] {
  return Object.entries(services).flatMap(([service, methods]) =>
    Object.entries(methods).map(([key, scope]): [string, Scope] => {
      const name = `${key.charAt(0).toUpperCase()}${key.slice(1)}`;
      return [`${packageName}.${service}/${name}`, scope];
    }),
  );
}
