/** FNV-1a over UTF-16 code units, mixed: neighbouring names get numbers far apart. */
function weight(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}

/** Who of some nodes is to own a webhook: all of them choose alike, and a node that comes or goes moves only its own share. */
export function chooseOwner(webhook: string, owners: Iterable<string>): string | undefined {
  let chosen: { owner: string; weight: number } | undefined;
  for (const owner of owners) {
    const mine = { owner, weight: weight(`${owner} ${webhook}`) };
    if (chosen === undefined || mine.weight > chosen.weight) chosen = mine;
    else if (mine.weight === chosen.weight && owner > chosen.owner) chosen = mine;
  }
  return chosen?.owner;
}
