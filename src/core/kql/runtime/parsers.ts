import type { Json, JsonBag } from './value.ts';

/** Texts of known shapes, opened. */

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replace(/\+/g, ' '));
  } catch {
    // Half an escape is not an escape: the text stays as it is.
    return text;
  }
}

function queryOf(query: string): JsonBag {
  const out: JsonBag = {};
  for (const part of query.split('&')) {
    if (part === '') continue;
    const [key, ...rest] = part.split('=');
    out[decode(key ?? '')] = decode(rest.join('='));
  }
  return out;
}

const URL =
  /^(?:([A-Za-z][A-Za-z0-9+.-]*):\/\/)?(?:([^:@/?#]*)(?::([^@/?#]*))?@)?(\[[^\]]*\]|[^:/?#]*)(?::(\d+))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s;

export function parseUrl(text: string): JsonBag {
  const m = URL.exec(text) ?? [];
  return {
    Scheme: m[1] ?? '',
    Host: m[4] ?? '',
    Port: m[5] ?? '',
    Path: m[6] ?? '',
    Username: m[2] ?? '',
    Password: m[3] ?? '',
    'Query Parameters': queryOf(m[7] ?? ''),
    Fragment: m[8] ?? '',
  };
}

export function parseUrlQuery(text: string): JsonBag {
  const at = text.indexOf('?');
  return { 'Query Parameters': queryOf(at >= 0 ? text.slice(at + 1) : text) };
}

/** `1.2.3.4` as a number: eight digits a part. Null where a part is too long or there are too many. */
export function parseVersion(text: string): number | null {
  const parts = text.trim().split('.');
  if (parts.length > 4 || parts.some((p) => !/^\d{1,8}$/.test(p))) return null;
  return Number([0, 1, 2, 3].map((i) => (parts[i] ?? '0').padStart(8, '0')).join(''));
}

const ENTITIES: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
};

function unescapeXml(text: string): string {
  return text.replace(
    /&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi,
    (m, hex: string | undefined, dec: string | undefined, name: string | undefined) => {
      if (name) return ENTITIES[name] ?? m;
      const code = Number.parseInt(hex ?? dec ?? '', hex ? 16 : 10);
      return code <= 0x10ffff ? String.fromCodePoint(code) : m;
    },
  );
}

const MAX_XML_DEPTH = 128;

/** XML as Newtonsoft's converter gives it: attributes with `@`, text as `#text`, repeated elements as arrays. Null when damaged. */
export function parseXml(source: string): Json {
  const token =
    /<\?[\s\S]*?\?>|<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<!DOCTYPE[^>]*>|<\/([^\s>]+)\s*>|<([^\s/>]+)((?:\s+[^\s=]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>|([^<]+)/g;
  interface Element {
    readonly name: string;
    readonly bag: JsonBag;
    text: string;
  }
  const root: Element = { name: '', bag: {}, text: '' };
  const stack: Element[] = [root];
  const close = (element: Element) => {
    const parent = stack.at(-1)!;
    const hasBag = Object.keys(element.bag).length > 0;
    const value: Json = hasBag
      ? element.text.trim()
        ? { ...element.bag, '#text': element.text }
        : element.bag
      : element.text === ''
        ? null
        : element.text;
    const known = parent.bag[element.name];
    if (known === undefined) parent.bag[element.name] = value;
    else if (Array.isArray(known)) known.push(value);
    else parent.bag[element.name] = [known, value];
  };
  let end = 0;
  for (let m = token.exec(source); m; m = token.exec(source)) {
    if (m.index !== end) return null;
    end = m.index + m[0].length;
    if (m[1] !== undefined) stack.at(-1)!.text += m[1];
    else if (m[2] !== undefined) {
      const element = stack.pop()!;
      if (element.name !== m[2] || stack.length === 0) return null;
      close(element);
    } else if (m[3] !== undefined) {
      const bag: JsonBag = {};
      for (const a of (m[4] ?? '').matchAll(/([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g))
        bag[`@${a[1]}`] = unescapeXml(a[2] ?? a[3] ?? '');
      const element: Element = { name: m[3], bag, text: '' };
      if (m[5] === '/') close(element);
      else if (stack.length > MAX_XML_DEPTH) return null;
      else stack.push(element);
    } else if (m[6] !== undefined) stack.at(-1)!.text += unescapeXml(m[6]);
  }
  return stack.length === 1 && end === source.length && Object.keys(root.bag).length > 0
    ? root.bag
    : null;
}

const BROWSERS: readonly (readonly [family: string, pattern: RegExp])[] = [
  ['Edge', /Edge?\/(\d+)(?:\.(\d+))?(?:\.(\d+))?/],
  ['Opera', /OPR\/(\d+)(?:\.(\d+))?(?:\.(\d+))?/],
  ['Chrome', /Chrome\/(\d+)(?:\.(\d+))?(?:\.(\d+))?/],
  ['Firefox', /Firefox\/(\d+)(?:\.(\d+))?(?:\.(\d+))?/],
  ['Safari', /Version\/(\d+)(?:\.(\d+))?(?:\.(\d+))?.*Safari\//],
  ['IE', /MSIE (\d+)(?:\.(\d+))?|Trident\/.*rv:(\d+)/],
  ['curl', /curl\/(\d+)(?:\.(\d+))?(?:\.(\d+))?/],
];

const SYSTEMS: readonly (readonly [family: string, pattern: RegExp])[] = [
  ['Windows', /Windows NT (\d+)(?:\.(\d+))?/],
  ['iOS', /(?:iPhone|CPU) OS (\d+)(?:_(\d+))?(?:_(\d+))?/],
  ['Mac OS X', /Mac OS X (\d+)(?:[._](\d+))?(?:[._](\d+))?/],
  ['Android', /Android (\d+)(?:\.(\d+))?(?:\.(\d+))?/],
  ['Linux', /Linux/],
];

function agentPart(text: string, list: typeof BROWSERS): JsonBag {
  for (const [family, pattern] of list) {
    const m = pattern.exec(text);
    if (m)
      return {
        Family: family,
        MajorVersion: m[1] ?? '',
        MinorVersion: m[2] ?? '',
        Patch: m[3] ?? '',
      };
  }
  return { Family: 'Other', MajorVersion: '', MinorVersion: '', Patch: '' };
}

/** Browser, system and device of a User-Agent header; families only of the common ones. */
export function parseUserAgent(text: string): JsonBag {
  const isPhone = /iPhone|Android.*Mobile/.test(text);
  const device = /iPhone/.test(text)
    ? 'iPhone'
    : /iPad/.test(text)
      ? 'iPad'
      : isPhone
        ? 'Generic Smartphone'
        : 'Other';
  return {
    Browser: agentPart(text, BROWSERS),
    OperatingSystem: agentPart(text, SYSTEMS),
    Device: {
      Family: device,
      Brand: /iPhone|iPad/.test(text) ? 'Apple' : '',
      Model: /iPhone|iPad/.test(text) ? device : '',
    },
  };
}
