import { MAX_FIELDS } from './aws-vpc-fields.ts';

/** Fields that have a column of their own in `Flows`; all others go to AdditionalFields. */
const OWN_COLUMN = new Set([
  'account-id',
  'interface-id',
  'srcaddr',
  'dstaddr',
  'srcport',
  'dstport',
  'protocol',
  'packets',
  'bytes',
  'start',
  'end',
  'action',
  'log-status',
  'vpc-id',
  'subnet-id',
  'tcp-flags',
  'pkt-srcaddr',
  'pkt-dstaddr',
  'region',
  'flow-direction',
]);

const NUMBERS = new Set([
  'srcport',
  'dstport',
  'protocol',
  'packets',
  'bytes',
  'start',
  'end',
  'tcp-flags',
]);

/** Where each field stands in a record; -1 where the record has no such field. */
export interface Layout {
  readonly fields: readonly string[];
  readonly id: number;
  /** 1 for each field that is a number with a column of its own. */
  readonly isNumber: Uint8Array;
  readonly account: number;
  readonly interface: number;
  readonly src: number;
  readonly dst: number;
  readonly pktSrc: number;
  readonly pktDst: number;
  readonly srcPort: number;
  readonly dstPort: number;
  readonly protocol: number;
  readonly packets: number;
  readonly bytes: number;
  readonly start: number;
  readonly end: number;
  readonly action: number;
  readonly status: number;
  readonly vpc: number;
  readonly subnet: number;
  readonly tcpFlags: number;
  readonly region: number;
  readonly direction: number;
  /** Positions of the fields that go to AdditionalFields, and their names there. */
  readonly extras: Int32Array;
  readonly extraNames: readonly string[];
}

const MAX_LAYOUTS = 64;

/** Layouts by their fields, so that each has one id for as long as the decoder lives. */
export class Layouts {
  readonly #byFields = new Map<string, Layout>();
  #lastId = 0;

  of(fields: readonly string[]): Layout {
    const key = fields.join(' ');
    let layout = this.#byFields.get(key);
    if (layout) return layout;
    if (this.#byFields.size === MAX_LAYOUTS) this.#byFields.clear();
    layout = planLayout(fields.slice(0, MAX_FIELDS), ++this.#lastId);
    this.#byFields.set(key, layout);
    return layout;
  }
}

function planLayout(fields: readonly string[], id: number): Layout {
  const at = (name: string) => fields.indexOf(name);
  const extras = fields.flatMap((name, i) => (OWN_COLUMN.has(name) ? [] : [i]));
  return {
    fields,
    id,
    isNumber: Uint8Array.from(fields, (name) => (NUMBERS.has(name) ? 1 : 0)),
    account: at('account-id'),
    interface: at('interface-id'),
    src: at('srcaddr'),
    dst: at('dstaddr'),
    pktSrc: at('pkt-srcaddr'),
    pktDst: at('pkt-dstaddr'),
    srcPort: at('srcport'),
    dstPort: at('dstport'),
    protocol: at('protocol'),
    packets: at('packets'),
    bytes: at('bytes'),
    start: at('start'),
    end: at('end'),
    action: at('action'),
    status: at('log-status'),
    vpc: at('vpc-id'),
    subnet: at('subnet-id'),
    tcpFlags: at('tcp-flags'),
    region: at('region'),
    direction: at('flow-direction'),
    extras: Int32Array.from(extras),
    extraNames: extras.map((i) => fields[i]!.replaceAll('-', '_')),
  };
}
