import { describe, expect, it } from 'vitest';
import { languageOf, translator } from './strings.js';

describe('strings', () => {
  it('follows the browser', () => {
    expect(['zh-CN', 'zh', 'ZH-Hant-TW', 'en-GB', 'de', ''].map(languageOf)).toEqual([
      'zh',
      'zh',
      'zh',
      'en',
      'en',
      'en',
    ]);
  });

  it('puts values in place, also such that look like patterns', () => {
    expect(translator('en')('groupCreated', '$&', '{0}')).toBe('$& created the group “{0}”');
    expect(translator('zh')('device', 2)).toBe('设备 2');
  });
});
