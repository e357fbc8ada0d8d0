import { expect, it } from 'vitest';
import { parseYaml, parseYamlDocuments } from './index.ts';

it('knows the line of each value, and of what is around one that is missing', () => {
  const yaml = parseYaml('a: 1\nb:\n  - c: 2\n  - d: 3\n');
  expect(yaml.value).toEqual({ a: 1, b: [{ c: 2 }, { d: 3 }] });
  expect(yaml.lineOf(['b', 1, 'd'])).toBe(4);
  expect(yaml.lineOf(['b', 1, 'missing'])).toBe(4);
  expect(yaml.valueAt(['b', 0, 'c'])).toBe(2);
  expect(yaml.valueAt(['b', 9, 'c'])).toBeUndefined();
});

it('counts lines through a stream of documents', () => {
  const [first, second] = parseYamlDocuments('a: 1\n---\nb: 2\nc: 3\n');
  expect(first?.value).toEqual({ a: 1 });
  expect(second?.lineOf(['c'])).toBe(4);
  expect(parseYamlDocuments('')).toEqual([]);
});

it('says what is wrong and where, and throws nothing', () => {
  expect(parseYaml('a: 1\nb: [').errors[0]?.line).toBeGreaterThanOrEqual(2);
  expect(parseYaml('a: 1\na: 2').errors).toHaveLength(1);
  expect(parseYaml('a: 1\n---\nb: 2').errors[0]).toMatchObject({ line: 3 });
  const bomb = `a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [${'*a,'.repeat(20)}]\nc: [${'*b,'.repeat(20)}]`;
  expect(parseYaml(bomb).errors).toHaveLength(1);
});
