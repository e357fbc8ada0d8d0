import type { FunctionGroup, HostValue } from '../dialect/dialect.ts';
import { sameJson } from '../runtime/compare.ts';
import {
  asText,
  isBag,
  type Json,
  type JsonBag,
  jsonText,
  parseJson,
  printJson,
  textOf,
} from '../runtime/value.ts';
import { type HostSpec, hosts } from './host.ts';

/** Functions over property bags. */

const open = (v: HostValue | undefined): Json => parseJson(v ?? null);
const list = (v: HostValue | undefined): Json[] | null => {
  const value = open(v);
  return Array.isArray(value) ? value : null;
};

function unary(name: string, gives: HostSpec['gives'], call: (value: Json) => HostValue): HostSpec {
  return { name, takes: ['dynamic'], gives, call: (v) => call(open(v)) };
}

function pack(args: readonly HostValue[]): string {
  const out: JsonBag = {};
  for (let i = 0; i + 1 < args.length; i += 2) {
    const value = open(args[i + 1]);
    out[textOf(open(args[i]))] = value;
  }
  return bagText(out, args);
}

/** Reals keep their fraction point, so values go in as the texts they came as. */
function bagText(bag: JsonBag, args: readonly HostValue[]): string {
  const values = new Map<string, string>();
  for (let i = 0; i + 1 < args.length; i += 2)
    values.set(textOf(open(args[i])), asText(args[i + 1] ?? 'null'));
  return `{${Object.keys(bag)
    .map((k) => `${JSON.stringify(k)}:${values.get(k) ?? 'null'}`)
    .join(',')}}`;
}

function merge(bags: readonly Json[]): JsonBag {
  const out: JsonBag = {};
  for (const bag of bags)
    if (isBag(bag))
      for (const [k, v] of Object.entries(bag)) if (!Object.hasOwn(out, k)) out[k] = v;
  return out;
}

function setKey(bag: Json, path: readonly string[], value: Json): Json {
  const [first, ...rest] = path;
  if (first === undefined) return value;
  const base: JsonBag = isBag(bag) ? { ...bag } : {};
  base[first] = rest.length === 0 ? value : setKey(base[first] ?? null, rest, value);
  return base;
}

function pathParts(path: string): string[] {
  return path.startsWith('$')
    ? [...path.slice(1).matchAll(/\.([^.[\]]+)|\['([^']*)'\]|\["([^"]*)"\]|\[(\d+)\]/g)].map(
        (m) => m[1] ?? m[2] ?? m[3] ?? m[4] ?? '',
      )
    : [path];
}

function treePaths(value: Json, prefix: string, out: string[]): void {
  if (isBag(value)) {
    for (const [k, v] of Object.entries(value)) {
      const path = prefix === '' ? `['${k}']` : `${prefix}['${k}']`;
      out.push(path);
      treePaths(v, path, out);
    }
  } else if (Array.isArray(value)) {
    out.push(`${prefix}[0]`);
    for (const v of value) treePaths(v, `${prefix}[0]`, out);
  }
}

function removeKeys(bag: JsonBag, keys: readonly string[]): JsonBag {
  const out: JsonBag = {};
  for (const [k, v] of Object.entries(bag)) if (!keys.includes(k)) out[k] = v;
  for (const key of keys.filter((k) => k.startsWith('$'))) {
    const [first, ...rest] = pathParts(key);
    if (first === undefined) continue;
    const inner = out[first];
    if (rest.length === 0) delete out[first];
    else if (isBag(inner))
      out[first] = removeKeys(inner, [rest.length === 1 ? rest[0]! : `$.${rest.join('.')}`]);
  }
  return out;
}

export const bagFunctions: FunctionGroup = hosts([
  {
    name: '$drop_empty',
    takes: ['dynamic'],
    gives: 'dynamic',
    call: (b) => {
      const bag = open(b);
      return isBag(bag)
        ? jsonText(
            Object.fromEntries(Object.entries(bag).filter(([, v]) => v !== null && v !== '')),
          )
        : null;
    },
  },
  {
    name: 'bag_pack',
    takes: [],
    rest: 'dynamic',
    gives: 'dynamic',
    call: (...args) => pack(args),
  },
  unary('bag_keys', 'dynamic', (v) => (isBag(v) ? jsonText(Object.keys(v)) : null)),
  {
    name: 'bag_merge',
    takes: [],
    rest: 'dynamic',
    gives: 'dynamic',
    call: (...args) => {
      const bags = args.map(open);
      return bags.some((b) => isBag(b)) ? jsonText(merge(bags)) : null;
    },
  },
  {
    name: 'bag_has_key',
    takes: ['dynamic', 'string'],
    gives: 'bool',
    call: (b, key) => {
      let at = open(b);
      for (const part of pathParts(asText(key))) {
        if (Array.isArray(at)) {
          const index = Number(part);
          if (!Number.isInteger(index) || index < 0 || index >= at.length) return false;
          at = at[index] ?? null;
        } else if (isBag(at) && Object.hasOwn(at, part)) at = at[part]!;
        else return false;
      }
      return true;
    },
  },
  {
    name: 'bag_remove_keys',
    takes: ['dynamic', 'dynamic'],
    gives: 'dynamic',
    call: (b, keys) => {
      const bag = open(b);
      return isBag(bag) ? jsonText(removeKeys(bag, (list(keys) ?? []).map(textOf))) : null;
    },
  },
  {
    name: 'bag_set_key',
    takes: ['dynamic', 'string', 'dynamic'],
    gives: 'dynamic',
    call: (b, key, value) => {
      const bag = open(b);
      return isBag(bag) ? printJson(setKey(bag, pathParts(asText(key)), open(value))) : null;
    },
  },
  {
    name: 'bag_zip',
    takes: ['dynamic', 'dynamic'],
    gives: 'dynamic',
    call: (keys, values) => {
      const [k, v] = [list(keys), list(values) ?? []];
      return k
        ? jsonText(
            Object.fromEntries(
              k.flatMap((key, i): [string, Json][] =>
                typeof key === 'string' ? [[key, v[i] ?? null]] : [],
              ),
            ),
          )
        : null;
    },
  },
  unary('treepath', 'dynamic', (v) => {
    const out: string[] = [];
    treePaths(v, '', out);
    return jsonText([...new Set(out)]);
  }),
  {
    name: 'array_has',
    takes: ['dynamic', 'dynamic'],
    gives: 'bool',
    call: (a, v) => (list(a) ?? []).some((x) => sameJson(x, open(v))),
  },
]);
