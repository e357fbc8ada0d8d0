/**
 * Five million indicators compiled: bytes, how long it takes, look-ups a second, beside a JavaScript Map of the same values.
 * Bars: under 600 MB resident with the matcher loaded, a build under 30 s, over a million exact look-ups of addresses a second.
 */
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Matcher, MatcherBuilder, openMatcher, writeMatcher } from '#core/intel/index.ts';

const MIB = 1024 * 1024;
const [mode, file = '', countText = ''] = process.argv
  .slice(2)
  .filter((arg) => !arg.startsWith('--'));
const count = Number(countText) || (process.argv.includes('--quick') ? 500_000 : 5_000_000);

/** A generator of numbers that both the builder and the asker can run: PCG's multiplier, 32 bits of the state. */
function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 747796405) + 2891336453) >>> 0;
    const word = Math.imul((state >>> ((state >>> 28) + 4)) ^ state, 277803737);
    return ((word >>> 22) ^ word) >>> 0;
  };
}

const address = (n: number): string =>
  `${(n >>> 24) % 200 || 1}.${(n >>> 16) & 255}.${(n >>> 8) & 255}.${n & 255}`;
const host = (n: number): string => `h${n.toString(36)}.${(n % 977).toString(36)}site.example`;
const hash = (n: number): string => n.toString(16).padStart(8, '0').repeat(8);

/** Half addresses, a quarter names, the rest networks, URLs and hashes, as large feeds are mixed. */
function fill(builder: MatcherBuilder): void {
  const next = numbers(1);
  for (let i = 0; i < count; i++) {
    const n = next();
    const weight = {
      feed: i % 8,
      role: 'c2',
      confidence: 50,
      firstSeen: null,
      validUntil: null,
      flags: 0,
    } as const;
    const kind = i % 20;
    if (kind < 10)
      builder.add({ type: 'ip', value: address(n), port: kind === 0 ? 443 : null }, weight);
    else if (kind < 15) builder.add({ type: 'domain', value: host(n), port: null }, weight);
    else if (kind < 16)
      builder.add({ type: 'cidr', value: `${address(n & 0xffffff00)}/24`, port: null }, weight);
    else if (kind < 18)
      builder.add({ type: 'url', value: `http://${host(n)}/p/${n}`, port: null }, weight);
    else builder.add({ type: 'sha256', value: hash(n), port: null }, weight);
  }
}

function perSecond(ask: (n: number, found: number[]) => void): {
  readonly rate: number;
  readonly hits: number;
} {
  const rates: number[] = [];
  let hits = 0;
  const found: number[] = [];
  for (let round = 0; round < 5; round++) {
    const next = numbers(round % 2 === 0 ? 1 : 99);
    const rounds = 1_000_000;
    hits = 0;
    const start = performance.now();
    for (let i = 0; i < rounds; i++) {
      found.length = 0;
      ask(next(), found);
      hits += found.length;
    }
    rates.push(rounds / ((performance.now() - start) / 1000));
  }
  return { rate: rates.sort((a, b) => a - b)[2]!, hits };
}

/** In a process of its own, so that what it holds is the matcher and nothing of the build. */
function ask(): void {
  const buffer = new SharedArrayBuffer(statSync(file).size);
  const bytes = new Uint8Array(buffer);
  const handle = openSync(file, 'r');
  for (let at = 0; at < bytes.length; ) at += readSync(handle, bytes, { offset: at });
  closeSync(handle);
  const matcher: Matcher = openMatcher(buffer);
  const words = Uint32Array.of(0, 0, 0xffff, 0);
  const v4 = perSecond((n, found) => {
    words[3] = (((n >>> 24) % 200 || 1) << 24) | (n & 0xffffff);
    matcher.findAddress(words, found);
  });
  const names = perSecond((n, found) => matcher.findName(host(n), found));
  const urls = perSecond((n, found) => matcher.findUrl(`http://${host(n)}/p/${n}`, found));
  process.stdout.write(
    JSON.stringify({
      terms: matcher.size,
      addresses: v4.rate,
      names: names.rate,
      urls: urls.rate,
      hits: v4.hits > 0 && names.hits > 0 && urls.hits > 0,
      resident: process.memoryUsage().rss,
    }),
  );
}

if (mode === 'ask') ask();
else {
  const folder = mkdtempSync(join(tmpdir(), 'weir-bench-'));
  try {
    const path = join(folder, 'matcher');
    const start = performance.now();
    const builder = new MatcherBuilder(
      Array.from({ length: 8 }, (_, i) => `feed ${i}`),
      1,
    );
    fill(builder);
    const matcher = builder.build();
    const seconds = (performance.now() - start) / 1000;
    const peak = process.memoryUsage().rss / MIB;
    const buffer = writeMatcher(matcher, (n) => new ArrayBuffer(n));
    writeFileSync(path, new Uint8Array(buffer));
    const { stdout } = spawnSync(
      process.execPath,
      [import.meta.filename, 'ask', path, String(count)],
      { encoding: 'utf8' },
    );
    const asked = JSON.parse(stdout) as Record<
      'terms' | 'addresses' | 'names' | 'urls' | 'resident',
      number
    > & { hits: boolean };
    const resident = asked.resident / MIB;
    const isMet = resident < 600 && seconds < 30 && asked.addresses > 1e6 && asked.hits;
    const millions = (rate: number) => `${(rate / 1e6).toFixed(2)} M/s`;
    process.stdout.write(
      `${count} indicators, ${asked.terms} distinct: built in ${seconds.toFixed(1)} s (bar 30), ${(buffer.byteLength / MIB).toFixed(0)} MiB compiled; ` +
        `process with it ${resident.toFixed(0)} MiB resident (bar 600), while building ${peak.toFixed(0)} MiB\n` +
        `look-ups: addresses ${millions(asked.addresses)} (bar 1), names ${millions(asked.names)}, URLs ${millions(asked.urls)}; ` +
        `${asked.hits ? 'hits as planted' : 'NO HITS'}; ${isMet ? 'met' : 'MISSED'}\n`,
    );
    process.exitCode = isMet ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
