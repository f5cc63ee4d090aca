const ERRORS = /^([^]*?)(?:^|\s)Errors(?: of every method)?: ([^]*)$/;

/** A comment of a proto file as Markdown: what looks like markup there is text. */
export function prose(comment: string): string {
  return comment
    .split(/(`[^`]*`)/)
    .map((part, n) => (n % 2 === 1 ? part : part.replace(/[<>*[\]\\]/g, '\\$&')))
    .join('');
}

/** The same, what a call is refused with on a line of its own. */
export function proseWithErrors(comment: string): string {
  const [, before, errors] = ERRORS.exec(comment) ?? [];
  if (before === undefined || errors === undefined) return prose(comment);
  const every = comment.includes('Errors of every method:') ? ' of every method' : '';
  return [prose(before.trim()), `**Errors${every}:** ${prose(errors)}`]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** As GitHub makes it of a heading. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^a-z0-9 _-]/g, '')
    .replaceAll(' ', '-');
}

export function linkTo(heading: string, label = heading): string {
  return `[\`${label}\`](#${anchorOf(heading)})`;
}
