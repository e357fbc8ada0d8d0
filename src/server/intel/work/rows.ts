import { zstdCompressSync } from 'node:zlib';
import { TableBuilder } from '#core/batch/index.ts';
import {
  DistinctTexts,
  expiryOf,
  flatText,
  type Indicator,
  observableKey,
} from '#core/intel/index.ts';
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

/**
 * Collects indicators as rows of ThreatIntelIndicators, one for each value of the feed: the first one given counts. Texts of
 * which each row has its own are not looked up in dictionaries, and values seen are kept as bytes.
 */
export class IndicatorRows {
  readonly #writer = new ParquetWriter(threatIntelIndicators, {
    compress: (bytes) => zstdCompressSync(bytes),
  });
  readonly #builder: TableBuilder;
  readonly #context: RowContext;
  readonly #seen = new DistinctTexts(0);
  rows = 0;

  constructor(context: RowContext) {
    this.#context = context;
    this.#builder = new TableBuilder(threatIntelIndicators, (batch) => this.#writer.add(batch), {
      capacity: BATCH_ROWS,
    });
  }

  add(indicator: Indicator): void {
    const { feed, now, confidence, isManual } = this.#context;
    const key = observableKey(indicator);
    if (this.#seen.intern(0, flatText(key)) < this.rows) return;
    const row = this.#builder.begin();
    const { value, type, role } = indicator;
    const ends = expiryOf(indicator, now);
    this.#own(row, 'Id', `${key}@${feed}`);
    this.#own(row, 'ObservableValue', value);
    this.#own(row, 'Pattern', stixPattern(indicator));
    this.#own(row, 'SourceId', indicator.sourceId);
    this.#shared(row, 'SourceSystem', feed);
    this.#shared(row, 'ObservableKey', stixPath(indicator));
    this.#shared(row, 'Tags', indicator.tags.join(','));
    this.#shared(row, 'Data', JSON.stringify(stixOf(indicator)));
    this.#shared(row, 'AdditionalFields', JSON.stringify(moreOf(indicator)));
    this.#shared(row, 'LastUpdateMethod', isManual ? 'Manual' : 'Feed');
    this.#shared(row, 'Type', threatIntelIndicators.name);
    this.#shared(row, 'IndicatorType', type);
    this.#shared(row, 'Role', role);
    this.#shared(row, 'Malware', indicator.malware);
    this.#number(row, 'TimeGenerated', now);
    this.#number(row, 'Created', now);
    this.#number(row, 'Modified', now);
    this.#number(row, 'ValidFrom', indicator.validFrom ?? indicator.firstSeen ?? now);
    this.#number(row, 'ValidUntil', ends);
    this.#number(row, 'FirstSeen', indicator.firstSeen);
    this.#number(row, 'LastSeen', indicator.lastSeen);
    this.#number(row, 'Confidence', indicator.confidence ?? confidence);
    this.#number(row, 'Port', indicator.port);
    this.#builder.bool('IsActive').set(row, ends === null || ends > now);
    this.#builder.bool('IsDeleted').set(row, false);
    this.#builder.bool('Revoked').set(row, false);
    this.rows++;
  }

  /** A text that other rows do not have. */
  #own(row: number, name: string, text: string): void {
    const column = this.#builder.text(name);
    if (text !== '') column.codes[row] = column.append(text);
  }

  #shared(row: number, name: string, text: string): void {
    this.#builder.text(name).set(row, text);
  }

  #number(row: number, name: string, value: number | null): void {
    if (value !== null) this.#builder.number(name).set(row, value);
  }

  finish(): Uint8Array {
    this.#builder.flush();
    return this.#writer.finish().bytes;
  }
}

const BATCH_ROWS = 32_768;

const stixOf = (i: Indicator) => ({
  name: i.description.slice(0, 500),
  indicator_types: i.category === '' ? [] : [i.category.slice(0, 200)],
  labels: i.tags.slice(0, 50),
  kill_chain_phases: i.killChain,
  external_references: i.reference === '' ? [] : [{ url: i.reference }],
});

/** What only some rows have: the marking, and the value as the source wrote it where that is another. */
const moreOf = ({ tlp, raw, value }: Indicator) => ({
  ...(tlp === '' ? {} : { TLPLevel: tlp }),
  ...(raw === value ? {} : { Raw: raw }),
});
