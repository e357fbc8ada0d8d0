/**
 * The fields of AWS VPC flow log records, and the orders they come in.
 * Source: AWS, "Flow log records", table of available fields (versions 2 to 11), and "Flow log record examples".
 */

/** What a field may hold, for telling the order of a record without a header. `-` is always allowed. */
type Shape = 'digits' | 'address' | 'text' | RegExp;

const FIELDS: Readonly<Record<string, Shape>> = {
  version: /^\d\d?$/,
  'account-id': /^(\d{6,20}|unknown)$/,
  'interface-id': /^eni-/,
  srcaddr: 'address',
  dstaddr: 'address',
  srcport: 'digits',
  dstport: 'digits',
  protocol: 'digits',
  packets: 'digits',
  bytes: 'digits',
  start: /^\d{7,11}$/,
  end: /^\d{7,11}$/,
  action: /^(ACCEPT|REJECT)$/,
  'log-status': /^(OK|NODATA|SKIPDATA)$/,
  'vpc-id': /^vpc-/,
  'subnet-id': /^subnet-/,
  'instance-id': /^i-/,
  'tcp-flags': 'digits',
  type: /^(IPv4|IPv6|EFA)$/,
  'pkt-srcaddr': 'address',
  'pkt-dstaddr': 'address',
  region: /^[a-z]+(-[a-z]+)+-\d+$/,
  'az-id': 'text',
  'sublocation-type': 'text',
  'sublocation-id': 'text',
  'pkt-src-aws-service': 'text',
  'pkt-dst-aws-service': 'text',
  'flow-direction': /^(ingress|egress)$/,
  'traffic-path': 'digits',
  'ecs-cluster-arn': 'text',
  'ecs-cluster-name': 'text',
  'ecs-container-instance-arn': 'text',
  'ecs-container-instance-id': 'text',
  'ecs-container-id': 'text',
  'ecs-second-container-id': 'text',
  'ecs-service-name': 'text',
  'ecs-task-definition-arn': 'text',
  'ecs-task-arn': 'text',
  'ecs-task-id': 'text',
  'reject-reason': 'text',
  'resource-id': 'text',
  'encryption-status': 'digits',
  'instance-tag': 'text',
  'instance-tag-2': 'text',
  'interface-tag': 'text',
  'interface-tag-2': 'text',
  'asg-tag': 'text',
  'asg-tag-2': 'text',
  'interface-type': 'text',
  'next-hop-interface-id': 'text',
  'next-hop-subnet-id': 'text',
  'next-hop-az-id': 'text',
  'next-hop-vpc-id': 'text',
  'next-hop-interface-type': 'text',
};

const CANONICAL = Object.keys(FIELDS);

/** How many fields, in the canonical order, each version has in all: 2, 3, 4, 5, 7, 8, 9, 10, 11. */
const VERSION_LENGTHS = [14, 21, 25, 29, 39, 40, 41, 42, 54];

/** Orders of records without a header: all fields of a version, and the custom orders of AWS's own examples. */
const KNOWN_ORDERS: readonly (readonly string[])[] = [
  ...VERSION_LENGTHS.map((length) => CANONICAL.slice(0, length)),
  (
    'version vpc-id subnet-id instance-id interface-id account-id type srcaddr dstaddr srcport dstport ' +
    'pkt-srcaddr pkt-dstaddr protocol bytes packets start end action tcp-flags log-status'
  ).split(' '),
  (
    'version interface-id account-id vpc-id subnet-id instance-id srcaddr dstaddr srcport dstport protocol ' +
    'tcp-flags type pkt-srcaddr pkt-dstaddr action log-status'
  ).split(' '),
];

const ORDERS_BY_LENGTH = Map.groupBy(KNOWN_ORDERS, (order) => order.length);

/** The longest header or line that is looked at to tell the order. */
export const MAX_FIELDS = 128;

/** AWS's spelling (`-`) of a field's name, which Parquet files and Athena write with `_`. */
export function fieldName(token: string): string {
  return token.replaceAll('_', '-');
}

export function isFieldName(token: string): boolean {
  return Object.hasOwn(FIELDS, fieldName(token));
}

/**
 * The fields of a header line in AWS's spelling; undefined when the line is none. Names that are not known yet are
 * taken as they are, so that a new version's fields are kept.
 */
export function parseHeader(line: string): string[] | undefined {
  const tokens = line.trim().split(' ');
  if (tokens.length < 3 || tokens.length > MAX_FIELDS) return undefined;
  let known = 0;
  for (const token of tokens) {
    if (!/^[a-z][a-z0-9_-]{0,62}$/.test(token)) return undefined;
    if (isFieldName(token)) known++;
  }
  const names = tokens.map(fieldName);
  const isSender = ['srcaddr', 'dstaddr', 'start'].every((name) => names.includes(name));
  if (known < 3 || (known * 2 < tokens.length && !isSender)) return undefined;
  if (new Set(names).size < names.length) return undefined;
  return names;
}

/** The order of a record without a header; undefined when no known order fits it. */
export function inferFields(line: string): readonly string[] | undefined {
  const tokens = line.trim().split(' ', MAX_FIELDS + 1);
  if (!fits(tokens[0]!, FIELDS['version']!)) return undefined;
  return ORDERS_BY_LENGTH.get(tokens.length)?.find((order) =>
    tokens.every((token, i) => token === '-' || fits(token, FIELDS[order[i]!]!)),
  );
}

function fits(token: string, shape: Shape): boolean {
  if (shape === 'text') return token.length > 0;
  if (shape === 'digits') return /^\d{1,19}$/.test(token);
  if (shape === 'address') return /^[0-9a-fA-F.:]{2,45}$/.test(token) && /[.:]/.test(token);
  return shape.test(token);
}
