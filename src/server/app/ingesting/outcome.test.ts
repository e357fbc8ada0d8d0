import { describe, expect, it } from 'vitest';
import { failureOf } from './outcome.ts';

const nothing = { objects: 0, stored: 0, known: 0, refused: 0, failed: 0 };

describe('what a load fails with', () => {
  it.each([
    ['all is stored', { objects: 2, stored: 9 }, undefined],
    ['all is known', { objects: 2, known: 9 }, undefined],
    ['an empty file', { objects: 1 }, undefined],
    ['a file among others that is no log', { objects: 1, stored: 9, refused: 1 }, undefined],
    ['one of three could not be stored', { objects: 2, stored: 9, failed: 1 }, /not everything/],
    ['the rest of a known file was not stored', { known: 9, failed: 1 }, /not everything/],
    ['no file could be read', { failed: 2 }, /nothing could be read/],
    ['no file is a log', { refused: 2 }, /nothing could be read/],
    ['no file is a log, and one is empty', { objects: 1, refused: 2 }, /nothing could be read/],
    ['an empty folder', {}, /nothing was found/],
  ])('%s', (_, totals, message) => {
    const failure = failureOf({ ...nothing, ...totals });
    if (message === undefined) expect(failure).toBeUndefined();
    else expect(failure?.message).toMatch(message);
  });
});
