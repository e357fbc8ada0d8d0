import { encodePunycode } from './punycode.ts';

const LABEL = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/;

/**
 * The one form of a host name: lower case, A-labels, no dot at the end; undefined when it is none. Underscores pass,
 * since DNS and malware use them.
 * Source: RFC 1123 section 2.1, RFC 5890; letters are folded by NFKC, which UTS 46 extends.
 */
export function canonicalName(text: string): string | undefined {
  if (text.length > 1024) return undefined;
  const folded = isAscii(text) ? text.toLowerCase() : text.normalize('NFKC').toLowerCase();
  const name = folded.replaceAll(/[\u3002\uff0e\uff61]/g, '.').replace(/\.$/, '');
  const labels: string[] = [];
  for (const label of name.split('.')) {
    const ascii = isAscii(label) ? label : encodePunycode(label);
    if (ascii === undefined) return undefined;
    const whole = ascii === label ? label : `xn--${ascii}`;
    if (!LABEL.test(whole)) return undefined;
    labels.push(whole);
  }
  const joined = labels.join('.');
  if (joined.length > 253 || /^\d+$/.test(labels.at(-1)!)) return undefined;
  return joined;
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) return false;
  return true;
}
