import type { Nic } from '#core/traffic/index.ts';

/** The demo's estate: two Azure regions, AWS and GCP, all invented; addresses of attackers are of documentation ranges. */

export type Cloud = 'azure' | 'aws' | 'gcp';

export interface DemoHost {
  readonly name: string;
  readonly ip: string;
  readonly cloud: Cloud;
  readonly region: string;
  /** Virtual network or VPC. */
  readonly network: string;
  readonly subnet: string;
  /** MAC address (Azure) or network interface (AWS). */
  readonly nic: string;
}

export const SUBSCRIPTIONS = {
  'hub-vnet': '6f1c0001-0000-4000-8000-0000000000a1',
  'app-eu-vnet': '6f1c0001-0000-4000-8000-0000000000a1',
  'app-us-vnet': '6f1c0002-0000-4000-8000-0000000000b2',
} as const;
export const AWS_ACCOUNT = '111122223333';
export const GCP_PROJECT = 'demo-batch';

const host = (
  name: string,
  ip: string,
  cloud: Cloud,
  region: string,
  network: string,
  subnet: string,
  nic: string,
): DemoHost => ({ name, ip, cloud, region, network, subnet, nic });

export const HOSTS = {
  jumpEu: host('jump-eu', '10.0.1.4', 'azure', 'westeurope', 'hub-vnet', 'mgmt', '00224880A001'),
  webEu1: host('web-eu-1', '10.1.1.4', 'azure', 'westeurope', 'app-eu-vnet', 'web', '00224880A101'),
  webEu2: host('web-eu-2', '10.1.1.5', 'azure', 'westeurope', 'app-eu-vnet', 'web', '00224880A102'),
  webEu3: host('web-eu-3', '10.1.1.6', 'azure', 'westeurope', 'app-eu-vnet', 'web', '00224880A103'),
  appEu1: host('app-eu-1', '10.1.2.4', 'azure', 'westeurope', 'app-eu-vnet', 'app', '00224880A201'),
  appEu2: host('app-eu-2', '10.1.2.5', 'azure', 'westeurope', 'app-eu-vnet', 'app', '00224880A202'),
  sqlEu1: host(
    'sql-eu-1',
    '10.1.3.4',
    'azure',
    'westeurope',
    'app-eu-vnet',
    'data',
    '00224880A301',
  ),
  build7: host('build-7', '10.1.4.7', 'azure', 'westeurope', 'app-eu-vnet', 'ci', '00224880A407'),
  webUs1: host('web-us-1', '10.2.1.4', 'azure', 'eastus', 'app-us-vnet', 'web', '6045BD80B101'),
  webUs2: host('web-us-2', '10.2.1.5', 'azure', 'eastus', 'app-us-vnet', 'web', '6045BD80B102'),
  apiUs1: host('api-us-1', '10.2.2.4', 'azure', 'eastus', 'app-us-vnet', 'api', '6045BD80B201'),
  jumpUs: host('jump-us', '10.2.0.9', 'azure', 'eastus', 'app-us-vnet', 'mgmt', '6045BD80B009'),
  orders: host(
    'orders',
    '10.30.1.7',
    'aws',
    'eu-central-1',
    'vpc-0d3m0aa10000000a1',
    'subnet-0d3m0000000000a1',
    'eni-0d3m000000000007',
  ),
  worker: host(
    'worker',
    '10.30.2.8',
    'aws',
    'eu-central-1',
    'vpc-0d3m0aa10000000a1',
    'subnet-0d3m0000000000a2',
    'eni-0d3m000000000008',
  ),
  batch1: host('batch-1', '10.40.0.5', 'gcp', 'europe-west4', 'batch-net', 'batch', 'batch-1'),
  batch2: host('batch-2', '10.40.0.6', 'gcp', 'europe-west4', 'batch-net', 'batch', 'batch-2'),
} as const satisfies Record<string, DemoHost>;

export const hostsByIp: ReadonlyMap<string, DemoHost> = new Map(
  Object.values(HOSTS).map((h) => [h.ip, h]),
);

const nics: ReadonlyMap<DemoHost, Nic> = new Map(
  Object.values<DemoHost>(HOSTS).map((h) => [h, { ...h, account: accountOf(h) }]),
);

function accountOf({ cloud, network }: DemoHost): string {
  if (cloud !== 'azure') return AWS_ACCOUNT;
  return SUBSCRIPTIONS[network as keyof typeof SUBSCRIPTIONS];
}

/** The interfaces of one cloud, by address. */
export function nicOf(cloud: Cloud): (ip: string) => Nic | undefined {
  return (ip) => {
    const host = hostsByIp.get(ip);
    return host?.cloud === cloud ? nics.get(host) : undefined;
  };
}

/** Addresses that the story needs again and again. Attackers' are of RFC 5737's documentation ranges. */
export const ADDRESSES = {
  scanner: '198.51.100.61',
  bruteForcer: '203.0.113.88',
  beaconTarget: '203.0.113.20',
  exfiltrationTarget: '198.51.100.200',
  office: '172.16.5.20',
} as const;

/** Large consumer networks, a few a country, from which the demo's customers come. */
export const CUSTOMER_PREFIXES: readonly (readonly [first: number, second: number])[] = [
  [91, 12],
  [91, 14],
  [84, 160],
  [79, 200], // Germany
  [86, 150],
  [81, 130], // United Kingdom
  [90, 20],
  [86, 200], // France
  [73, 100],
  [73, 200],
  [98, 200],
  [24, 10], // United States
  [126, 60], // Japan
  [189, 10], // Brazil
  [101, 160], // Australia
  [49, 36], // India
  [83, 80], // Netherlands
  [62, 20], // various
];

/** Public services that the hosts call: updates, object stores, code, time. */
export const SERVICES = [
  { ip: '20.60.40.100', port: 443 },
  { ip: '20.150.70.36', port: 443 },
  { ip: '52.239.213.4', port: 443 },
  { ip: '13.107.246.40', port: 443 },
  { ip: '52.219.170.10', port: 443 },
  { ip: '142.250.179.138', port: 443 },
  { ip: '140.82.121.4', port: 443 },
  { ip: '185.199.108.133', port: 443 },
] as const;

/** The estate as `networks.yaml`: what a team would write about its own. */
export function printNetworks(): string {
  const azure = (
    name: string,
    region: string,
    cidr: string,
    peers: string,
    subnets: Readonly<Record<string, string>>,
  ) => ({
    name,
    scope: SUBSCRIPTIONS[name as keyof typeof SUBSCRIPTIONS],
    group: 'demo-rg',
    region,
    cidr,
    peers,
    subnets,
  });
  const networks = [
    azure('hub-vnet', 'westeurope', '10.0.0.0/16', 'app-eu-vnet', { mgmt: '10.0.1.0/24' }),
    azure('app-eu-vnet', 'westeurope', '10.1.0.0/16', 'hub-vnet', {
      web: '10.1.1.0/24',
      app: '10.1.2.0/24',
      data: '10.1.3.0/24',
      ci: '10.1.4.0/24',
    }),
    azure('app-us-vnet', 'eastus', '10.2.0.0/16', '', {
      mgmt: '10.2.0.0/24',
      web: '10.2.1.0/24',
      api: '10.2.2.0/24',
    }),
    {
      name: HOSTS.orders.network,
      scope: AWS_ACCOUNT,
      group: '',
      region: 'eu-central-1',
      cidr: '10.30.0.0/16',
      peers: '',
      subnets: { [HOSTS.orders.subnet]: '10.30.1.0/24', [HOSTS.worker.subnet]: '10.30.2.0/24' },
    },
    {
      name: 'batch-net',
      scope: GCP_PROJECT,
      group: '',
      region: 'europe-west4',
      cidr: '10.40.0.0/20',
      peers: '',
      subnets: { batch: '10.40.0.0/24' },
    },
  ];
  const lines = ['networks:'];
  for (const n of networks) {
    lines.push(
      `  - name: ${n.name}`,
      `    scope: "${n.scope}"`,
      `    region: ${n.region}`,
      `    cidrs: [${n.cidr}]`,
    );
    if (n.group) lines.push(`    group: ${n.group}`);
    if (n.peers) lines.push(`    peers: [${n.peers}]`);
    lines.push('    subnets:');
    for (const [name, cidr] of Object.entries(n.subnets))
      lines.push(`      - { name: ${name}, cidrs: [${cidr}] }`);
    lines.push('    hosts:');
    for (const h of Object.values(HOSTS))
      if (h.network === n.name) lines.push(`      - { name: ${h.name}, addresses: [${h.ip}] }`);
  }
  lines.push('sites:', '  - { name: office, cidrs: [172.16.5.0/24], connection: vpn-office }', '');
  return lines.join('\n');
}

/** A list of bad addresses with what is known of them. */
export function printBadAddresses(): string {
  return [
    '# Addresses of the demo that a threat feed would list.',
    `${ADDRESSES.scanner} # scans the internet for open ports`,
    `${ADDRESSES.bruteForcer} # SSH password guessing`,
    '',
  ].join('\n');
}
