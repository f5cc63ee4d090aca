import { hueOf, initialsOf } from '../text/avatar.js';

interface AvatarProps {
  /** Decides the colour. */
  readonly id: string;
  readonly name: string;
  readonly size?: 'small' | 'medium';
  readonly square?: boolean;
  /** Address of a picture; only one that the page may load is shown. */
  readonly picture?: string | undefined;
}

/** The page loads from its own server, and what an address holds itself. */
const LOADABLE = /^(data:image\/|\/[^/])/;

export function Avatar({ id, name, size = 'medium', square = false, picture = '' }: AvatarProps) {
  const shape = square ? 'square' : 'round';
  return (
    <span class={`avatar ${size} ${shape} hue-${hueOf(id)}`} aria-hidden="true">
      {LOADABLE.test(picture) ? <img src={picture} alt="" /> : initialsOf(name)}
    </span>
  );
}
