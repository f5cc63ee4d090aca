import type { Contract, Service } from './contract.js';

/** The messages and enums that calls of these services are made of, by package and name. */
export function typesOf(contract: Contract, services: readonly Service[]): string[] {
  const found = new Set<string>();
  const visit = (type: string): void => {
    if (found.has(type)) return;
    if (contract.enums.has(type)) found.add(type);
    const message = contract.messages.get(type);
    if (message === undefined) return;
    found.add(type);
    for (const field of message.fields) visit(field.type);
  };
  for (const { methods } of services) {
    for (const { request, response } of methods) {
      visit(request);
      visit(response);
    }
  }
  return [...found].sort();
}
