/**
 * Whether this machine has what a test needs beyond Node, a database and Redis: `./tools/test` looks and names it in TEST_HAS. A
 * test file run on its own has to be told: TEST_HAS=browser.
 */
export function machineHas(name: 'browser' | 'go' | 'python' | 'java'): boolean {
  return (process.env['TEST_HAS'] ?? '').split(',').includes(name);
}

/** Whether the heavy scenarios are to run at full size. */
export function longRun(): boolean {
  return process.env['TEST_LONG'] === '1';
}

/** The seed of a scenario's random choices: TEST_SEED, else a new one, which the scenario prints. */
export function testSeed(): number {
  const given = Number.parseInt(process.env['TEST_SEED'] ?? '', 10);
  return Number.isSafeInteger(given) ? given : Math.floor(Math.random() * 2 ** 31);
}
