import type { Plugin } from 'esbuild';
import { cpSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';

/** The modules that read .proto files two folders above their own. */
const readers =
  /grpc-health-check[/\\]build[/\\]src[/\\]|@grpc[/\\]reflection[/\\]build[/\\]src[/\\]/;

/**
 * gRPC's health and reflection services read .proto files from their package when they are loaded.
 * In a bundle there is no package: this copies the files to `proto/` beside the bundle and makes the
 * modules look there.
 */
export function grpcProtoFiles(outDir: string): Plugin {
  return {
    name: 'grpc-proto-files',
    setup(build) {
      build.onLoad({ filter: readers }, async ({ path }) => {
        const source = await readFile(path, 'utf8');
        if (!/\b__dirname\b/.test(source)) return undefined;
        const inReflection = path.includes(`${sep}implementations${sep}`);
        const protos = join(dirname(path), '../../proto', inReflection ? 'grpc' : '');
        cpSync(protos, join(outDir, 'proto', inReflection ? 'grpc' : ''), { recursive: true });
        // Both names are dropped again by the modules' own '../../'.
        const contents = source.replaceAll(/\b__dirname\b/g, "(__dirname + '/a/b')");
        return { contents, loader: 'js' };
      });
    },
  };
}
