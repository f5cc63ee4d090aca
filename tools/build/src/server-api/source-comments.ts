import type { FileDescriptorProto } from '@bufbuild/protobuf/wkt';

/** What stands above each declaration of a proto file, by its path as descriptors count it (`4,0,2,1`). */
export type SourceComments = (path: readonly number[]) => string;

/** Lines of one paragraph are joined; paragraphs are parted by an empty line. Throws when the file was compiled without comments. */
export function sourceComments(file: FileDescriptorProto): SourceComments {
  const locations = file.sourceCodeInfo?.location;
  if (locations === undefined || locations.length === 0) {
    throw new Error(`${file.name} was compiled without its comments`);
  }
  const byPath = new Map(
    locations.map(({ path, leadingComments }) => [path.join(), paragraphs(leadingComments)]),
  );
  return (path) => byPath.get(path.join()) ?? '';
}

function paragraphs(comment: string): string {
  return comment
    .split(/\n[ \t]*\n/)
    .map((part) => part.split('\n').map((line) => line.trim()))
    .map((lines) => lines.filter((line) => line !== '').join(' '))
    .filter((part) => part !== '')
    .join('\n\n');
}
