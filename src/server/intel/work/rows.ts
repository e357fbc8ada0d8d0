import { zstdCompressSync } from 'node:zlib';
import { TableBuilder } from '#core/batch/index.ts';
import { expiryOf, type Indicator, observableKey } from '#core/intel/index.ts';
import { ParquetWriter } from '#core/parquet/index.ts';
import { threatIntelIndicators } from '#core/schema/index.ts';

/** STIX's object path of each type, as ObservableKey shows it. */
const PATHS: Readonly<Record<string, string>> = {
  asn: 'autonomous-system:number',
  domain: 'domain-name:value',
  'domain-suffix': 'domain-name:value',
  url: 'url:value',
  'url-prefix': 'url:value',
  'url-path': 'url:value',
  md5: "file:hashes.'MD5'",
  sha1: "file:hashes.'SHA-1'",
  sha256: "file:hashes.'SHA-256'",
  'cert-sha1': "x509-certificate:hashes.'SHA-1'",
  'cert-sha256': "x509-certificate:hashes.'SHA-256'",
  email: 'email-addr:value',
  'user-agent': "network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'",
};

export function stixPath({ type, value }: Pick<Indicator, 'type' | 'value'>): string {
  if (type === 'ip' || type === 'cidr')
    return value.includes(':') ? 'ipv6-addr:value' : 'ipv4-addr:value';
  return PATHS[type] ?? `x-weir-${type}:value`;
}

export function stixPattern(indicator: Pick<Indicator, 'type' | 'value' | 'port'>): string {
  const { type, value, port } = indicator;
  const literal = `'${value.replaceAll(/['\\]/g, '\\$&')}'`;
  if (type === 'domain-suffix') return `[domain-name:value LIKE '%.${value}']`;
  if (port === null) return `[${stixPath(indicator)} = ${literal}]`;
  return `[network-traffic:dst_ref.value = ${literal} AND network-traffic:dst_port = ${port}]`;
}

export interface RowContext {
  readonly feed: string;
  readonly now: number;
  readonly confidence: number;
  readonly isManual: boolean;
}

/** Collects indicators as rows of ThreatIntelIndicators, one for each value of the feed: the last one given wins. */
export class IndicatorRows {
  readonly #writer = new ParquetWriter(threatIntelIndicators, {
    compress: (bytes) => zstdCompressSync(bytes),
  });
  readonly #builder: TableBuilder;
  readonly #context: RowContext;
  readonly #seen = new Set<string>();
  rows = 0;

  constructor(context: RowContext) {
    this.#context = context;
    this.#builder = new TableBuilder(threatIntelIndicators, (batch) => this.#writer.add(batch), {
      capacity: 65_536,
    });
  }

  add(indicator: Indicator): void {
    const { feed, now, confidence, isManual } = this.#context;
    const key = observableKey(indicator);
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    const row = this.#builder.begin();
    const text = (name: string, value: string) => this.#builder.text(name).set(row, value);
    const time = (name: string, value: number | null) => {
      if (value !== null) this.#builder.number(name).set(row, value);
    };
    const ends = expiryOf(indicator, now);
    time('TimeGenerated', now);
    text('Id', `${key}@${feed}`);
    text('SourceSystem', feed);
    text('ObservableKey', stixPath(indicator));
    text('ObservableValue', indicator.value);
    text('Pattern', stixPattern(indicator));
    this.#builder.number('Confidence').set(row, indicator.confidence ?? confidence);
    time('Created', now);
    time('Modified', now);
    time('ValidFrom', indicator.validFrom ?? indicator.firstSeen ?? now);
    time('ValidUntil', ends);
    this.#builder.bool('IsActive').set(row, ends === null || ends > now);
    this.#builder.bool('IsDeleted').set(row, false);
    this.#builder.bool('Revoked').set(row, false);
    text('Tags', indicator.tags.join(','));
    text('Data', JSON.stringify(stixOf(indicator)));
    text('AdditionalFields', JSON.stringify({ TLPLevel: indicator.tlp, Raw: indicator.raw }));
    text('LastUpdateMethod', isManual ? 'Manual' : 'Feed');
    text('Type', threatIntelIndicators.name);
    text('IndicatorType', indicator.type);
    if (indicator.port !== null) this.#builder.number('Port').set(row, indicator.port);
    text('Role', indicator.role);
    text('Malware', indicator.malware);
    time('FirstSeen', indicator.firstSeen);
    time('LastSeen', indicator.lastSeen);
    text('SourceId', indicator.sourceId);
    this.rows++;
  }

  finish(): Uint8Array {
    this.#builder.flush();
    return this.#writer.finish().bytes;
  }
}

const stixOf = (i: Indicator) => ({
  name: i.description.slice(0, 500),
  indicator_types: i.category === '' ? [] : [i.category.slice(0, 200)],
  labels: i.tags.slice(0, 50),
  kill_chain_phases: i.killChain,
  external_references: i.reference === '' ? [] : [{ url: i.reference }],
});
