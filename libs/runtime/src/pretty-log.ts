import type { DestinationStream } from 'pino';

const HIDDEN = new Set(['level', 'time', 'msg', 'service', 'node', 'err']);

/** Turns JSON records into lines for people: time, level, service/node, message, the other fields, then the stack. */
export function prettyDestination(sink: DestinationStream): DestinationStream {
  return { write: (line: string) => sink.write(prettyLine(line)) };
}

export function prettyLine(line: string): string {
  const record = parseRecord(line);
  if (!record) return line;
  const time = text(record['time']).slice(11, 23);
  const level = text(record['level']).toUpperCase().padEnd(5);
  const fields = Object.entries(record)
    .filter(([name]) => !HIDDEN.has(name))
    .map(([name, value]) => ` ${name}=${text(value)}`)
    .join('');
  const head = `${time} ${level} ${text(record['service'])}/${text(record['node'])} ${text(record['msg'])}${fields}`;
  return `${head}${stackOf(record['err'])}\n`;
}

function parseRecord(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function stackOf(err: unknown): string {
  if (typeof err !== 'object' || err === null) return '';
  const stack = 'stack' in err ? err.stack : undefined;
  return `\n${typeof stack === 'string' ? stack : text(err)}`;
}

function text(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
