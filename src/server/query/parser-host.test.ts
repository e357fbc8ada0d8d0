import { afterEach, describe, expect, it } from 'vitest';
import { startChild } from './child.ts';
import { createParserHost, type ParserHost, type ParserHostOptions } from './parser-host.ts';

const entry = new URL('./testdata/obedient-child.ts', import.meta.url);
const hosts: ParserHost[] = [];
afterEach(() => {
  for (const host of hosts.splice(0)) host.stop();
});

function open(options: Partial<ParserHostOptions> = {}): ParserHost {
  const host = createParserHost({
    start: () => startChild(entry, [], 64e6),
    warmUp: { kind: 'parse' },
    maxRequests: 1000,
    maxBytes: 1e9,
    timeoutMs: 10_000,
    idleMs: 60_000,
    ...options,
  });
  hosts.push(host);
  return host;
}

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 200 && !condition(); i++)
    await new Promise((resolve) => setTimeout(resolve, 20));
  expect(condition()).toBe(true);
}

describe('the parser host', () => {
  it.each([
    ['after many requests', { maxRequests: 2 }, {}],
    ['when it has grown', { maxBytes: 1000 }, { rssBytes: 2000 }],
  ] as const)('replaces its child %s without a gap', async (_, options, more) => {
    const host = open(options);
    await host.warm();
    const before = host.pid;
    expect(await host.ask({ kind: 'parse', text: 'a', ...more })).toBe('a');
    expect(await host.ask({ kind: 'parse', text: 'b', ...more })).toBe('b');
    await until(() => host.pid !== before);
    expect(await host.ask({ kind: 'parse', text: 'c' })).toBe('c');
  });

  it('loses only the request that ended the child', async () => {
    const host = open();
    const fatal = host.ask({ kind: 'exit', code: 134 });
    const behind = host.ask({ kind: 'parse', text: 'innocent' });
    await expect(fatal).rejects.toMatchObject({ code: 'parser-lost' });
    expect(await behind).toBe('innocent');
  });

  it('ends a child that hangs', async () => {
    const host = open({ timeoutMs: 300 });
    await host.warm();
    await expect(host.ask({ kind: 'hang' })).rejects.toMatchObject({ code: 'parser-lost' });
    expect(await host.ask({ kind: 'parse', text: 'alive' })).toBe('alive');
  });

  it('ends a child that nobody asks, and starts another when somebody does', async () => {
    const host = open({ idleMs: 100 });
    await host.warm();
    const before = host.pid;
    await until(() => host.pid === undefined);
    expect(await host.ask({ kind: 'parse', text: 'again' })).toBe('again');
    expect(host.pid).not.toBe(before);
  });

  it('passes on what the child refuses', async () => {
    await expect(open().ask({ kind: 'fail' })).rejects.toMatchObject({
      error: { code: 'test', message: 'as asked' },
    });
  });
});
