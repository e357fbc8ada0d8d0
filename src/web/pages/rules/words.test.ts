import { expect, test } from 'vitest';
import { ruleOf } from './words.ts';

test('a query becomes the text of a rule, whatever its name and lines', () => {
  const { file, text } = ruleOf('Odd "SSH": who?', 'Flows\n| where DestPort == 22  ');
  expect(file).toBe('odd-ssh-who.yaml');
  expect(text).toContain('name: "Odd \\"SSH\\": who?"\n');
  expect(text).toContain('query: |\n  Flows\n  | where DestPort == 22\n');
  expect(ruleOf('!!', 'Flows').file).toBe('hunt.yaml');
});
