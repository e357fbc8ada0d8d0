/** RFC 3492. */

const [BASE, TMIN, TMAX, SKEW, DAMP] = [36, 1, 26, 38, 700];

function adapt(delta: number, points: number, isFirst: boolean): number {
  let d = isFirst ? Math.floor(delta / DAMP) : delta >> 1;
  d += Math.floor(d / points);
  let k = 0;
  for (; d > ((BASE - TMIN) * TMAX) >> 1; k += BASE) d = Math.floor(d / (BASE - TMIN));
  return k + Math.floor(((BASE - TMIN + 1) * d) / (d + SKEW));
}

const threshold = (k: number, bias: number) =>
  k <= bias ? TMIN : k >= bias + TMAX ? TMAX : k - bias;
const digit = (d: number) => String.fromCharCode(d < 26 ? d + 97 : d + 22);

export function toPunycode(text: string): string {
  const points = [...text].map((c) => c.codePointAt(0)!);
  const basic = points.filter((p) => p < 128);
  let out = String.fromCharCode(...basic);
  if (basic.length > 0) out += '-';
  let [n, delta, bias, done] = [128, 0, 72, basic.length];
  while (done < points.length) {
    const next = Math.min(...points.filter((p) => p >= n));
    delta += (next - n) * (done + 1);
    n = next;
    for (const p of points) {
      if (p < n) delta++;
      if (p !== n) continue;
      let q = delta;
      for (let k = BASE; ; k += BASE) {
        const t = threshold(k, bias);
        if (q < t) break;
        out += digit(t + ((q - t) % (BASE - t)));
        q = Math.floor((q - t) / (BASE - t));
      }
      out += digit(q);
      bias = adapt(delta, done + 1, done === basic.length);
      delta = 0;
      done++;
    }
    delta++;
    n++;
  }
  return out;
}

/** Null where the text is no punycode. */
export function fromPunycode(text: string): string | null {
  const cut = text.lastIndexOf('-');
  const out = cut > 0 ? [...text.slice(0, cut)].map((c) => c.codePointAt(0)!) : [];
  let [n, i, bias] = [128, 0, 72];
  for (let at = cut > 0 ? cut + 1 : 0; at < text.length; ) {
    const old = i;
    let w = 1;
    for (let k = BASE; ; k += BASE) {
      const c = text.charCodeAt(at++) | 32;
      const d = c >= 97 && c <= 122 ? c - 97 : c >= 48 && c <= 57 ? c - 22 : Number.NaN;
      if (Number.isNaN(d)) return null;
      i += d * w;
      const t = threshold(k, bias);
      if (d < t) break;
      w *= BASE - t;
    }
    bias = adapt(i - old, out.length + 1, old === 0);
    n += Math.floor(i / (out.length + 1));
    i %= out.length + 1;
    if (n > 0x10ffff) return null;
    out.splice(i++, 0, n);
  }
  return String.fromCodePoint(...out);
}

export function domainToPunycode(domain: string): string {
  return domain
    .split('.')
    .map((l) => ([...l].every((c) => c < '\x80') ? l : `xn--${toPunycode(l)}`))
    .join('.');
}

export function domainFromPunycode(domain: string): string {
  return domain
    .split('.')
    .map((l) => (l.startsWith('xn--') ? (fromPunycode(l.slice(4)) ?? l) : l))
    .join('.');
}
