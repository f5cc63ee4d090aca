/**
 * Loaded into a service by NODE_OPTIONS=--require: SIGUSR2 starts a CPU profile, the next one ends it and writes it to
 * the directory LOADGEN_PROFILE_DIR. Node does not take its own --cpu-prof from NODE_OPTIONS, and would profile the start too.
 */
const { Session } = require('node:inspector');
const { writeFileSync } = require('node:fs');
const path = require('node:path');

const session = new Session();
let profiling = false;

function end(error, { profile } = {}) {
  if (error) throw error;
  const service = path.basename(path.dirname(path.dirname(process.argv[1] ?? '')));
  const file = `${service}-${process.pid}.cpuprofile`;
  writeFileSync(
    path.join(process.env['LOADGEN_PROFILE_DIR'] ?? '.', file),
    JSON.stringify(profile),
  );
}

process.on('SIGUSR2', () => {
  if (profiling) {
    session.post('Profiler.stop', end);
  } else {
    session.connect();
    session.post('Profiler.enable');
    session.post('Profiler.start');
  }
  profiling = !profiling;
});
