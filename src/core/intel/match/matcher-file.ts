import { decodeUtf8, encodeUtf8 } from '#core/base/index.ts';
import { Matcher, type MatcherParts } from './matcher.ts';

/**
 * A matcher as one run of bytes: 8 bytes `WEIRTI01`, the length of the directory (u32), the directory (JSON: feeds, sets of
 * feeds, name → kind, offset and length of each array), then the arrays, each at a multiple of 8. Little-endian.
 */
const MAGIC = 'WEIRTI01';

interface Section {
  readonly bits: 8 | 16 | 32;
  readonly offset: number;
  readonly length: number;
}

interface Directory {
  readonly feeds: readonly string[];
  readonly sets: readonly (readonly number[])[];
  readonly seed: number;
  readonly sections: Readonly<Record<string, Section>>;
}

type Numbers = Uint8Array | Uint16Array | Uint32Array;

function arraysOf({
  v4,
  v6,
  texts,
  prefixHosts,
  terms,
}: MatcherParts): Readonly<Record<string, Numbers>> {
  const named = (prefix: string, part: object) =>
    Object.entries(part).flatMap(([name, value]): [string, Numbers][] =>
      ArrayBuffer.isView(value) ? [[`${prefix}.${name}`, value as Numbers]] : [],
    );
  return Object.fromEntries([
    ...named('v4', v4),
    ...named('v6', v6),
    ...named('texts', texts),
    ...named('prefixHosts', prefixHosts),
    ...named('terms', terms),
  ]);
}

const align = (at: number): number => Math.ceil(at / 8) * 8;

/**
 * Writes a matcher into one buffer that `allocate` makes (a SharedArrayBuffer, so that other threads open it in place).
 */
export function writeMatcher<B extends ArrayBufferLike>(
  matcher: Matcher,
  allocate: (bytes: number) => B,
): B {
  const arrays = arraysOf(matcher.parts);
  const { feeds, sets, texts } = matcher.parts;
  const sections: Record<string, Section> = {};
  let at = 0;
  for (const [name, array] of Object.entries(arrays)) {
    const bits = (array.BYTES_PER_ELEMENT * 8) as 8 | 16 | 32;
    sections[name] = { bits, offset: at, length: array.length };
    at = align(at + array.byteLength);
  }
  const head = encodeUtf8(
    JSON.stringify({ feeds, sets, seed: texts.seed, sections } satisfies Directory),
  );
  const base = align(12 + head.length);
  const buffer = allocate(base + at);
  const bytes = new Uint8Array(buffer);
  bytes.set(encodeUtf8(MAGIC), 0);
  new DataView(buffer).setUint32(8, head.length, true);
  bytes.set(head, 12);
  for (const [name, array] of Object.entries(arrays))
    bytes.set(
      new Uint8Array(array.buffer, array.byteOffset, array.byteLength),
      base + sections[name]!.offset,
    );
  return buffer;
}

/** Opens what `writeMatcher` wrote, without a copy. Throws RangeError when it is not that, or was cut short. */
export function openMatcher(buffer: ArrayBufferLike): Matcher {
  const bytes = new Uint8Array(buffer);
  const isOurs = buffer.byteLength >= 12 && decodeUtf8(bytes.slice(0, 8)) === MAGIC;
  const length = isOurs ? new DataView(buffer).getUint32(8, true) : 0;
  if (!isOurs || 12 + length > buffer.byteLength)
    throw new RangeError('this is no compiled list of indicators of this version');
  const directory = JSON.parse(decodeUtf8(bytes.slice(12, 12 + length))) as Directory;
  const base = align(12 + length);
  const open = (name: string): Numbers => {
    const section = directory.sections[name];
    if (!section || base + section.offset + (section.length * section.bits) / 8 > buffer.byteLength)
      throw new RangeError(`the compiled list of indicators is cut short at ${name}`);
    const at = base + section.offset;
    if (section.bits === 8) return new Uint8Array(buffer, at, section.length);
    if (section.bits === 16) return new Uint16Array(buffer, at, section.length);
    return new Uint32Array(buffer, at, section.length);
  };
  const words = (name: string): Uint32Array => open(name) as Uint32Array;
  const octets = (name: string): Uint8Array => open(name) as Uint8Array;
  const addresses = <W extends 1 | 4>(name: string, width: W) => ({
    width,
    exact: words(`${name}.exact`),
    buckets: words(`${name}.buckets`),
    firsts: words(`${name}.firsts`),
    lasts: words(`${name}.lasts`),
    parents: words(`${name}.parents`),
    networkBuckets: words(`${name}.networkBuckets`),
  });
  const texts = (name: string) => ({
    slots: words(`${name}.slots`),
    hashes: words(`${name}.hashes`),
    offsets: words(`${name}.offsets`),
    bytes: octets(`${name}.bytes`),
    seed: directory.seed,
  });
  return new Matcher({
    feeds: directory.feeds,
    sets: directory.sets,
    v4: addresses('v4', 1),
    v6: addresses('v6', 4),
    texts: texts('texts'),
    prefixHosts: texts('prefixHosts'),
    terms: {
      port: open('terms.port') as Uint16Array,
      role: octets('terms.role'),
      flags: octets('terms.flags'),
      confidence: octets('terms.confidence'),
      first: words('terms.first'),
      until: words('terms.until'),
      feeds: words('terms.feeds'),
    },
  });
}
