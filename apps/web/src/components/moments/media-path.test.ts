import { expect, it } from 'vitest';
import { mediaPath } from './media-path.js';

it('is that of an upload, and of nothing else', () => {
  const path = `/media/${'0a'.repeat(16)}.png`;
  expect(mediaPath(`http://127.0.0.1:9090${path}`)).toBe(path);
  expect(mediaPath(`https://chat.example.com${path}`)).toBe(path);
  const others = [
    `https://chat.example.com/x${path}`,
    `https://chat.example.com${path}?x`,
    `javascript:alert(1)//x${path}`,
    'https://example.com/cat.png',
    path,
    '',
  ];
  expect(others.filter((url) => mediaPath(url) !== undefined)).toEqual([]);
});
