import type { IpWords } from '#core/base/index.ts';
import { compareIps, type IpRange, isV4, parseRange, prefixRange } from './cidr.ts';
import type { Threat } from './place.ts';
import { type RangeTable, RangeTableBuilder } from './range-table.ts';

/** A line of a list that was not taken, for the person who keeps the list. */
export interface BadListProblem {
  readonly line: number;
  readonly reason: string;
}

/** Widest prefixes that a list may hold: wider ones would call whole countries bad. */
const WIDEST_V4 = 8;
const WIDEST_V6 = 19;
const DEFAULT_TYPE = 'WatchList';

const COLUMNS: Readonly<Record<string, keyof Threat | 'address'>> = {
  ip: 'address',
  address: 'address',
  cidr: 'address',
  indicator: 'address',
  ioc: 'address',
  network: 'address',
  ip_address: 'address',
  type: 'type',
  threat: 'type',
  threat_type: 'type',
  threattype: 'type',
  category: 'type',
  description: 'description',
  comment: 'description',
  domain: 'domain',
  url: 'url',
  port: 'port',
};

/** Addresses and prefixes that are known to be bad, and what is known of them. */
export class BadList {
  readonly #ranges: RangeTable;
  readonly #threats: readonly Threat[];
  readonly problems: readonly BadListProblem[];

  constructor(ranges: RangeTable, threats: readonly Threat[], problems: readonly BadListProblem[]) {
    this.#ranges = ranges;
    this.#threats = threats;
    this.problems = problems;
  }

  get size(): number {
    return this.#threats.length;
  }

  find(words: IpWords): Threat | undefined {
    return this.#threats[this.#ranges.find(words)];
  }
}

/**
 * Reads lists of bad addresses, one text per file. A line is an address, a prefix, or address:port; what follows after
 * a blank, `#` or `;` is its description. Lines with commas are CSV: address,type,description, or as a header line
 * names them (ip, type, description, domain, url, port). Empty lines and lines that begin with # ; or // are comments.
 */
export function readBadLists(texts: readonly string[]): BadList {
  const builder = new RangeTableBuilder();
  const threats: Threat[] = [];
  const problems: BadListProblem[] = [];
  for (const text of texts) {
    let header: readonly (keyof Threat | 'address' | undefined)[] = [
      'address',
      'type',
      'description',
    ];
    let isFirst = true;
    text.split(/\r?\n/).forEach((raw, i) => {
      const line = raw.trim();
      if (line === '' || /^(#|;|\/\/)/.test(line)) return;
      const fields = line.includes(',') ? splitCsv(line) : null;
      if (isFirst && fields) {
        const names = fields.map((f) => COLUMNS[f.trim().toLowerCase()]);
        if (names.includes('address')) {
          header = names;
          isFirst = false;
          return;
        }
      }
      isFirst = false;
      const entry = fields ? csvEntry(fields, header) : plainEntry(line);
      const range = parseEndpoint(entry.address);
      const reason = !range
        ? 'no address or prefix'
        : isTooWide(range.range)
          ? 'the prefix is too wide'
          : null;
      if (!range || reason)
        problems.push({ line: i + 1, reason: reason ?? 'no address or prefix' });
      else {
        builder.add(range.range, threats.length);
        threats.push({ ...entry.threat, port: entry.threat.port ?? range.port });
      }
    });
  }
  return new BadList(builder.build(), threats, problems);
}

interface Entry {
  readonly address: string;
  readonly threat: Threat;
}

function plainEntry(line: string): Entry {
  const [, address = '', description = ''] = /^([^\s#;]+)[\s#;]*(.*)$/.exec(line) ?? [];
  return { address, threat: { type: DEFAULT_TYPE, description, domain: '', url: '', port: null } };
}

function csvEntry(
  fields: readonly string[],
  header: readonly (keyof Threat | 'address' | undefined)[],
): Entry {
  const value = (name: keyof Threat | 'address') => fields[header.indexOf(name)]?.trim() ?? '';
  const port = Number(value('port'));
  return {
    address: value('address'),
    threat: {
      type: value('type') || DEFAULT_TYPE,
      description: value('description'),
      domain: value('domain'),
      url: value('url'),
      port: Number.isInteger(port) && port > 0 && port < 65536 ? port : null,
    },
  };
}

function parseEndpoint(text: string): { range: IpRange; port: number | null } | undefined {
  const whole = parseRange(text);
  if (whole) return { range: whole, port: null };
  const [, address, port] = /^\[?([^\]]+)\]?:(\d{1,5})$/.exec(text) ?? [];
  const range = address ? parseRange(address) : undefined;
  return range && { range, port: Number(port) };
}

function isTooWide({ first, last }: IpRange): boolean {
  const limit = isV4(first) ? 96 + WIDEST_V4 : WIDEST_V6;
  return compareIps(last, prefixRange(first, limit).last) > 0;
}

function splitCsv(line: string): readonly string[] {
  const fields: string[] = [];
  for (const [, quoted, plain] of line.matchAll(/(?:"((?:[^"]|"")*)"|([^,]*))(?:,|$)/g))
    fields.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'));
  return fields;
}
