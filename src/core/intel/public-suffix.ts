import { PUBLIC_SUFFIXES } from './generated/public-suffixes.ts';

/**
 * Suffixes under which anybody may register a name.
 * Source: publicsuffix.org (its algorithm: the longest rule wins, exceptions before all, `*` when none matches).
 */
let rules: ReadonlySet<string> | undefined;

function allRules(): ReadonlySet<string> {
  rules ??= new Set(PUBLIC_SUFFIXES.split(' '));
  return rules;
}

/** How many labels at the end of a canonical name are its public suffix. */
function suffixLabels(labels: readonly string[]): number {
  const known = allRules();
  for (let from = 0; from < labels.length; from++) {
    const rest = labels.slice(from).join('.');
    if (known.has(`!${rest}`)) return labels.length - from - 1;
    if (known.has(rest)) return labels.length - from;
    const below = labels.slice(from + 1).join('.');
    if (below !== '' && known.has(`*.${below}`)) return labels.length - from;
  }
  return 1;
}

/** True for `com`, `co.uk`, `github.io`: nobody's name, so no suffix to match by. */
export function isPublicSuffix(name: string): boolean {
  const labels = name.split('.');
  return suffixLabels(labels) >= labels.length;
}

/** The name that somebody registered, `example.co.uk` of `a.b.example.co.uk`; the name itself when it is a suffix. */
export function registeredName(name: string): string {
  const labels = name.split('.');
  return labels.slice(-(suffixLabels(labels) + 1)).join('.');
}

/** Names that end so are in use without being in the public tree: RFC 6761, RFC 7686, RFC 9476, ICANN's `internal`. */
const SPECIAL_ENDS: ReadonlySet<string> = new Set(
  'alt bit corp example home i2p internal intranet invalid lan local localhost onion private test'.split(
    ' ',
  ),
);

/** True when the last label is a top-level domain, or a special one that is in use. */
export function isKnownTop(name: string): boolean {
  const top = name.slice(name.lastIndexOf('.') + 1);
  return allRules().has(top) || allRules().has(`*.${top}`) || SPECIAL_ENDS.has(top);
}
