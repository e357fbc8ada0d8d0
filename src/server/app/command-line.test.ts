import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { nearMiss } from '#core/base/index.ts';
import { type Command, CommandError, type Surroundings } from './command.ts';
import { parseInvocation, runCommandLine } from './command-line.ts';
import { COMMANDS } from './commands.ts';

const echo: Command = {
  name: 'echo',
  takes: { name: 'WORD', min: 1, max: 2 },
  summary: 'Says it again.',
  notes: [],
  flags: [
    { name: 'loud', meaning: 'In capitals.' },
    { name: 'output', value: 'FORM', choices: ['table', 'json'], meaning: 'Form.' },
    { name: 'add', value: 'WORD', isMany: true, meaning: 'One more.' },
  ],
  examples: [],
  load: async () => ({
    run: async (invocation, around) => {
      if (invocation.arguments[0] === 'fail')
        throw new CommandError('it failed', 'Try something else.');
      if (invocation.arguments[0] === 'bug') throw new TypeError('impossible');
      around.stdout.write([...invocation.arguments, ...invocation.values('add')].join(' '));
      return 0;
    },
  }),
};

async function call(...argv: string[]) {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const around: Surroundings = {
    env: {},
    stdin: new PassThrough(),
    stdout,
    stderr,
    isTerminal: { stdout: false, stderr: false },
    width: 0,
    signal: new AbortController().signal,
  };
  const code = await runCommandLine([echo], argv, '1.2.3', around);
  stdout.end();
  stderr.end();
  return { code, out: await text(stdout), err: await text(stderr) };
}

describe('the command line', () => {
  it('runs a command with its arguments and flags', async () => {
    expect(await call('echo', '--add', 'b', 'a', '--add=c')).toEqual({
      code: 0,
      out: 'a b c',
      err: '',
    });
    expect((await call('echo', '--', '--add')).out).toBe('--add');
  });

  it.each([
    [['--version'], 0, 'weir 1.2.3'],
    [['help'], 0, 'usage: weir COMMAND'],
    [['help', 'echo'], 0, 'usage: weir echo WORD'],
    [['echo', '--help'], 0, '--output table|json'],
  ] as const)('%s prints to stdout', async (argv, code, says) => {
    const done = await call(...argv);
    expect(done.code).toBe(code);
    expect(done.out).toContain(says);
  });

  it.each([
    [[], 2, 'usage: weir COMMAND'],
    [['ecko', 'a'], 2, 'Did you mean `weir echo`?'],
    [['nothing-like-it'], 2, '`weir help` lists'],
    [['echo'], 2, 'needs WORD'],
    [['echo', 'a', 'b', 'c'], 2, 'what to do with c'],
    [['echo', 'a', '--laud'], 2, 'Did you mean --loud?'],
    [['echo', 'a', '--loud=1'], 2, 'takes no value'],
    [['echo', 'a', '--output'], 2, '--output needs a value: FORM'],
    [['echo', 'a', '--output', 'jsn'], 2, 'Did you mean json?'],
    [['echo', 'a', '--loud', '--loud'], 2, 'given twice'],
    [['echo', 'fail'], 1, 'weir: it failed\n  Try something else.'],
    [['echo', 'bug'], 1, 'an error inside Weir: TypeError: impossible'],
  ] as const)('%s fails with advice on stderr', async (argv, code, says) => {
    const done = await call(...argv);
    expect(done.code).toBe(code);
    expect(done.out).toBe('');
    expect(done.err).toContain(says);
  });
});

describe('the table of commands', () => {
  it.each(COMMANDS.map((c) => [c.name, c] as const))(
    'weir %s loads and is explained',
    async (name, command) => {
      expect(typeof (await command.load()).run).toBe('function');
      expect(command.summary).toMatch(/^[A-Z].*\.$/);
      expect(new Set(command.flags.map((f) => f.name)).size).toBe(command.flags.length);
      for (const flag of command.flags) expect(flag.meaning).toMatch(/\.$/);
      for (const example of command.examples) expect(example).toContain(`weir ${name}`);
    },
  );

  it('accepts what the contract of the command line writes', () => {
    const query = COMMANDS.find((c) => c.name === 'query')!;
    const invocation = parseInvocation(query, [
      '--batch',
      'q.ndjson',
      '--engine',
      'duckdb',
      '--tables',
      't.json',
    ]);
    expect(invocation.value('batch')).toBe('q.ndjson');
    expect(invocation.arguments).toEqual([]);
  });
});

describe('nearMiss', () => {
  it.each([
    ['quer', 'query'],
    ['qurey', 'query'],
    ['INGEST', 'ingest'],
    ['zzz', undefined],
  ])('%s → %s', (text, expected) => {
    expect(nearMiss(text, ['query', 'ingest', 'status'])).toBe(expected);
  });
});
