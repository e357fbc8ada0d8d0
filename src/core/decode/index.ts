import type { Format } from './format.ts';

export { type Decoder, type DecodeSink, type Format, type Origin, PROBLEMS, type ProblemCode } from './format.ts';

/** Every input format. Order matters only where two accept the same bytes: the first wins. */
export const FORMATS: readonly Format[] = [];

export const formatsByName: ReadonlyMap<string, Format> = new Map(FORMATS.map((f) => [f.name, f]));

/** The format of an object's first bytes, or undefined when none accepts them. */
export function sniffFormat(head: Uint8Array): Format | undefined {
  return FORMATS.find((f) => f.sniff(head));
}
