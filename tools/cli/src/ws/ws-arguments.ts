import { parseArgs } from 'node:util';

export interface WsArguments {
  readonly url: string;
  readonly device: string;
  readonly help: boolean;
  /** A token, or a name to ask the demo back end for one. */
  readonly credential: { readonly token: string } | { readonly as: string; readonly web: string };
}

export const USAGE = `Usage: ./tools/ws (--as <name> | --token <jwt>) [options]

  --as <name>      sign in with the demo back end under this name
  --token <jwt>    sign in with this token
  --url <url>      the connect node's socket   (ws://127.0.0.1:9091/ws)
  --web <url>      the demo back end           (http://127.0.0.1:9090)
  --device <id>    this device's id            (tools-ws)

Every item received is printed as one line of JSON. Lines typed are items as JSON, or shortcuts: see /help.`;

/** Throws an Error with a text for people. */
export function parseWsArguments(args: readonly string[]): WsArguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      as: { type: 'string' },
      token: { type: 'string' },
      url: { type: 'string', default: 'ws://127.0.0.1:9091/ws' },
      web: { type: 'string', default: 'http://127.0.0.1:9090' },
      device: { type: 'string', default: 'tools-ws' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const { url, web, device, help } = values;
  if (values.token !== undefined && values.as !== undefined) {
    throw new Error('Give --as or --token, not both.');
  }
  if (values.token !== undefined) return { url, device, help, credential: { token: values.token } };
  if (values.as === undefined && !help) throw new Error('Who signs in? Give --as or --token.');
  return { url, device, help, credential: { as: values.as ?? '', web } };
}
