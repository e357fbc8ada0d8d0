import { expect, test } from 'vitest';
import { createLog, type LogOptions, redactText } from './log.ts';

function open(options: Partial<LogOptions> = {}) {
  const lines: string[] = [];
  const log = createLog({
    level: 'info',
    form: 'json',
    now: () => 0,
    write: (line) => lines.push(line),
    ...options,
  });
  return { log, lines };
}

test('one JSON object a line, from the chosen level on', () => {
  const { log, lines } = open();
  log.debug('hidden');
  log.info('listening', { port: 8787, big: 2n ** 60n });
  expect(lines).toEqual([
    '{"at":"1970-01-01T00:00:00.000Z","level":"info","message":"listening","port":8787,"big":"1152921504606846976"}\n',
  ]);
});

test('secrets are taken out by name and by shape, however deep', () => {
  const { log, lines } = open();
  log.warn('reading https://a.blob.core.windows.net/c?sv=2024&sig=abc%2Fdef failed', {
    password: 'p1',
    nested: { apiKey: 'p2', headers: { Authorization: 'Bearer p3p3p3p3' } },
    text: 'DefaultEndpointsProtocol=https;AccountKey=p4==;EndpointSuffix=x',
    url: 'https://user:p5@example.org/',
    link: 'http://127.0.0.1:8787/login#token=p6p6p6',
    token: 'weir_p7',
    error: new Error('weir_p8p8p8p8p8p8p8p8p8p8p8p8 was refused', { cause: new Error('pwd=p9') }),
  });
  expect(lines.join('')).not.toMatch(/p\d|abc%2F/);
  expect(lines.join('')).toContain('EndpointSuffix=x');
});

test.each(['nothing secret here', 'tokens: 3', 'a=1&b=2', 'https://example.org:8080/x'])(
  '%j stays',
  (text) => {
    expect(redactText(text)).toBe(text);
  },
);

test('hostile text can neither forge a line nor move the cursor', () => {
  for (const form of ['json', 'text'] as const) {
    const { log, lines } = open({ form });
    log.info('from\n1970 error forged \u001b[2J', { name: 'a\nb\u001b[31m', text: 'x\u202ey' });
    expect(lines).toHaveLength(1);
    expect(lines[0]?.indexOf('\n')).toBe((lines[0]?.length ?? 0) - 1);
    expect(lines[0]).not.toContain('\u001b');
  }
});

test('odd values do no harm', () => {
  const loop: Record<string, unknown> = {};
  loop['self'] = loop;
  const { log, lines } = open();
  log.error('odd', {
    loop,
    f: () => 1,
    bytes: new Uint8Array(3),
    when: new Date(Number.NaN),
    set: new Set([1]),
    none: undefined,
  });
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ bytes: '3 bytes', when: 'invalid', set: [1] });
});

test('for a terminal: time, level, message, fields, and the stack of an error', () => {
  const { log, lines } = open({ form: 'text' });
  log.error('failed', { path: '/a/b', text: 'two words', error: new Error('boom') });
  expect(lines[0]).toMatch(
    /^00:00:00\.000 error failed path=\/a\/b text="two words" error:\nError: boom\n {4}at /,
  );
});
