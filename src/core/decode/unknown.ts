import { decodeUtf8 } from '#core/base/index.ts';
import { FORMATS } from './formats.ts';

/** Beginnings of well-known kinds of files: offset, bytes as Latin-1 text, what it is, and what to do instead. */
const SIGNATURES: readonly (readonly [
  offset: number,
  text: string,
  what: string,
  hint?: string,
])[] = [
  [0, '%PDF-', 'a PDF document'],
  [0, 'PK\x03\x04', 'a zip archive (or an Office file)', 'Unpack it and give the files in it.'],
  [0, 'PK\x05\x06', 'an empty zip archive'],
  [0, '7z\xbc\xaf\x27\x1c', 'a 7-Zip archive', 'Unpack it and give the files in it.'],
  [0, 'Rar!\x1a\x07', 'a RAR archive', 'Unpack it and give the files in it.'],
  [257, 'ustar', 'a tar archive', 'Unpack it and give the files in it.'],
  [
    0,
    '\x1f\x8b',
    'gzip data that is still compressed',
    'It may be compressed twice: decompress it once and try again.',
  ],
  [
    0,
    '\x28\xb5\x2f\xfd',
    'zstd data that is still compressed',
    'It may be compressed twice: decompress it once and try again.',
  ],
  [0, 'BZh', 'bzip2 data', 'Decompress it with bunzip2 first.'],
  [0, '\xfd7zXZ\x00', 'xz data', 'Decompress it with unxz first.'],
  [0, '\x04\x22\x4d\x18', 'LZ4 data', 'Decompress it with lz4 first.'],
  [
    0,
    'PAR1',
    'a Parquet file',
    'Only AWS flow logs are read as Parquet: check that it has the columns srcaddr and dstaddr.',
  ],
  [0, 'Obj\x01', 'an Avro file'],
  [0, 'ORC', 'an ORC file'],
  [0, '\xd4\xc3\xb2\xa1', 'a packet capture (pcap)'],
  [0, '\xa1\xb2\xc3\xd4', 'a packet capture (pcap)'],
  [0, '\x4d\x3c\xb2\xa1', 'a packet capture (pcap, nanoseconds)'],
  [0, '\xa1\xb2\x3c\x4d', 'a packet capture (pcap, nanoseconds)'],
  [0, '\x0a\x0d\x0d\x0a', 'a packet capture (pcapng)'],
  [0, 'GMBU', 'a packet capture of Microsoft Network Monitor'],
  [0, '\x0c\xa5', 'NetFlow records of nfcapd (nfdump)'],
  [0, '\xa5\x0c', 'NetFlow records of nfcapd (nfdump)'],
  [0, '\x89PNG\r\n\x1a\n', 'a PNG image'],
  [0, '\xff\xd8\xff', 'a JPEG image'],
  [0, 'GIF8', 'a GIF image'],
  [0, 'SQLite format 3\x00', 'an SQLite database'],
  [8, 'DUCK', 'a DuckDB database'],
  [0, '\x7fELF', 'a Linux program'],
  [0, 'MZ', 'a Windows program'],
  [0, 'ElfFile\x00', 'a Windows event log'],
];

/** Kinds of JSON that people have next to flow logs: a key that tells them, what it is, and what to do instead. */
const JSON_KINDS: readonly (readonly [key: string, what: string, hint?: string])[] = [
  ['CONTROL_MESSAGE', 'a control message of CloudWatch Logs, which holds no records'],
  [
    'logEvents',
    'a CloudWatch Logs subscription whose messages are in no order of fields known to be AWS’s',
    'Export the flow log to S3 with its header line, or choose the default format.',
  ],
  ['eventVersion', 'an AWS CloudTrail log'],
  ['networkSecurityGroup', 'a list of Azure resources'],
  ['protoPayload', 'a GCP audit log'],
  ['compute.googleapis.com%2Ffirewall', 'a GCP firewall rules log'],
  ['src_ip', 'Suricata’s or another sensor’s events'],
  ['id.orig_h', 'a Zeek log'],
];

/** True when there is nothing to read: no bytes, white space, or a list of records that has none yet. */
export function isBlank(head: Uint8Array): boolean {
  let text = '';
  for (let i = 0; i < head.length; i++) {
    const c = head[i]!;
    if (c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09) continue;
    if (text.length === LONGEST_BLANK) return false;
    text += String.fromCharCode(c);
  }
  return BLANKS.has(text.replace(/^\xef\xbb\xbf/, ''));
}
const BLANKS = new Set(['', '[', '[]', '{"records":[', '{"records":[]', '{"records":[]}']);
const LONGEST_BLANK = 20;

/**
 * Two sentences for people: what an object that no format accepts looks like, judged by its first bytes (up to 64 KiB,
 * uncompressed), with what to do where that is known; and what is accepted.
 */
export function describeUnknown(head: Uint8Array): string {
  const [what, hint] = describe(head);
  const accepted = FORMATS.map((format) => format.title).join(', ');
  return (
    `This looks like ${what}.${hint ? ` ${hint}` : ''} ` +
    `Weir reads: ${accepted}; each plain or compressed with gzip or zstd, AWS also as Parquet.`
  );
}

type Description = readonly [what: string, hint?: string];

function describe(head: Uint8Array): Description {
  if (head.length === 0) return ['an empty file'];
  for (const [offset, text, what, hint] of SIGNATURES)
    if (hasBytesAt(head, offset, text)) return hint ? [what, hint] : [what];
  if (hasBytesAt(head, 0, '\xff\xfe') || hasBytesAt(head, 0, '\xfe\xff'))
    return ['text in UTF-16', 'Convert it to UTF-8 first.'];
  const export_ = describeExport(head);
  if (export_) return export_;
  if (isBinary(head)) return ['binary data of no known kind'];
  const text = decodeUtf8(head)
    .replace(/^\ufeff/, '')
    .trimStart();
  if (text === '') return ['a file of white space only'];
  if (/^(?:<!doctype html|<html|<head)/i.test(text))
    return ['a web page (HTML)', 'If it was downloaded, it may be a login or error page.'];
  if (/^<[a-z?!]/i.test(text)) return ['XML'];
  if (text.startsWith('{') || text.startsWith('[')) return describeJson(text);
  return describeText(text);
}

/** True when the characters of `text`, each one byte, stand at `offset`. */
function hasBytesAt(head: Uint8Array, offset: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (head[offset + i] !== text.charCodeAt(i)) return false;
  return true;
}

/** Export datagrams of routers written to a file: NetFlow v5 and v9, IPFIX, each by its version word and length or count. */
function describeExport(head: Uint8Array): Description | undefined {
  if (head.length < 24) return undefined;
  const word = (at: number) => head[at]! * 256 + head[at + 1]!;
  const version = word(0);
  const count = word(2);
  if (version === 5 && count >= 1 && count <= 30) return ['NetFlow version 5 datagrams'];
  if (version === 9 && count >= 1 && count <= 64 && word(20) <= 1024)
    return ['NetFlow version 9 datagrams'];
  if (version === 10 && count >= 16 && (word(16) === 2 || word(16) === 3 || word(16) >= 256))
    return ['IPFIX messages'];
  return undefined;
}

/** Terminals' colours begin with it, so it occurs in text. */
const ESCAPE = 0x1b;

function isBinary(head: Uint8Array): boolean {
  const sample = head.subarray(0, 4096);
  let odd = 0;
  for (const c of sample) if (c < 0x09 || (c > 0x0d && c < 0x20 && c !== ESCAPE)) odd++;
  return odd * 50 > sample.length;
}

function describeJson(text: string): Description {
  const keys = topKeys(text);
  if (keys.length === 0) return ['JSON without any object'];
  const list = keys.slice(0, 6).map(quote).join(', ');
  for (const [key, what, hint] of JSON_KINDS)
    if (text.includes(`"${key}`) || (key.includes('%') && text.includes(key)))
      return hint
        ? [`JSON with the keys ${list}: ${what}`, hint]
        : [`JSON with the keys ${list}: ${what}`];
  const category = /"category"\s{0,4}:\s{0,4}"([\w ./-]{1,60})"/i.exec(text)?.[1];
  if (category) return [`an Azure resource log of the category ${quote(category)} (keys ${list})`];
  return [`JSON with the keys ${list}`];
}

/** The keys of the first object, in the head's JSON, whose value is no list of records. */
function topKeys(text: string): string[] {
  const keys: string[] = [];
  let depth = 0;
  let base = 0;
  for (const [token, key, colon] of text.matchAll(
    /"((?:[^"\\\n]|\\.){0,200})"(\s{0,8}:)?|[{}[\]]/g,
  )) {
    if (token === '{') {
      depth++;
      base ||= depth;
    } else if (token === '}') {
      if (depth-- === base && keys.length > 0) break;
    } else if (colon && depth === base && key !== undefined) {
      if (key === 'records' && keys.length === 0) base++;
      else keys.push(key);
      if (keys.length === 20) break;
    }
  }
  return keys;
}

function describeText(text: string): Description {
  const lines = text.split('\n', 12);
  const first = lines[0]!.trimEnd().slice(0, 2000);
  if (first.startsWith('#separator') || first.startsWith('#fields')) return ['a Zeek log'];
  if (/^CEF:\d|\sCEF:\d\|/.test(first)) return ['CEF messages'];
  if (/^<\d{1,3}>/.test(first) || /^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d /.test(first))
    return ['syslog messages'];
  for (const [separator, name] of [
    [',', 'commas'],
    ['\t', 'tabs'],
    [';', 'semicolons'],
    ['|', 'bars'],
  ] as const) {
    const columns = first.split(separator);
    if (
      columns.length >= 3 &&
      (lines.length < 3 || lines[1]!.split(separator).length === columns.length)
    ) {
      const shown = columns.slice(0, 6).map((c) => quote(c.trim().replace(/^"|"$/g, '')));
      return [
        `a table separated by ${name}, with the columns ${shown.join(', ')}${columns.length > 6 ? ', …' : ''}`,
      ];
    }
  }
  const tokens = first.split(' ').filter((token) => token !== '');
  if (tokens.some((token) => /^eni-[0-9a-f]+$/.test(token)))
    return [
      `AWS VPC flow log records of ${tokens.length} fields in an unknown order`,
      'Put the header line with the names of the fields, as AWS writes to S3, above the records.',
    ];
  return [`text that begins with ${quote(first)}`];
}

/** A short piece of the file for a message, without characters that a terminal would obey. */
function quote(text: string): string {
  const shown = text.replace(/[\p{Cc}\p{Cf}\ufffd]/gu, '·');
  return `“${shown.length > 40 ? `${shown.slice(0, 40)}…` : shown}”`;
}
