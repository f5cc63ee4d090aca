import { hueOf, initialsOf } from '../text/avatar.js';

interface AvatarProps {
  /** Decides the colour. */
  readonly id: string;
  readonly name: string;
  readonly size?: 'small' | 'medium';
  readonly square?: boolean;
}

export function Avatar({ id, name, size = 'medium', square = false }: AvatarProps) {
  const shape = square ? 'square' : 'round';
  return (
    <span class={`avatar ${size} ${shape} hue-${hueOf(id)}`} aria-hidden="true">
      {initialsOf(name)}
    </span>
  );
}
