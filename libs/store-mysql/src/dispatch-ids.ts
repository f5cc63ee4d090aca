import { randomBytes } from 'node:crypto';
import type { Clock } from '@queqiao/runtime';

/** Unique without asking anybody, and growing in time so that the table's primary key stays compact. At most 40 bytes. */
export class DispatchIds {
  readonly #boot = randomBytes(8).toString('hex');
  #count = 0;

  constructor(private readonly clock: Clock) {}

  next(): string {
    this.#count += 1;
    const time = this.clock.now().toString(36).padStart(9, '0');
    return `${time}-${this.#boot}-${this.#count.toString(36)}`;
  }
}
