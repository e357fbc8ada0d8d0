/** Ports by what reaching them means. */
export const ADMIN_PORTS: Readonly<Record<number, string>> = {
  22: 'SSH',
  23: 'Telnet',
  135: 'RPC',
  139: 'NetBIOS',
  445: 'SMB',
  3389: 'RDP',
  5900: 'VNC',
  5985: 'WinRM',
  5986: 'WinRM over TLS',
};

export const DATABASE_PORTS: Readonly<Record<number, string>> = {
  1433: 'SQL Server',
  1521: 'Oracle',
  3306: 'MySQL',
  5432: 'PostgreSQL',
  6379: 'Redis',
  9200: 'Elasticsearch',
  11211: 'memcached',
  27017: 'MongoDB',
};

export const INDUSTRIAL_PORTS: Readonly<Record<number, string>> = {
  102: 'S7',
  502: 'Modbus',
  20000: 'DNP3',
  44818: 'EtherNet/IP',
};

/** Where somebody may log in, beside the administrators' ports. */
export const LOGIN_PORTS: Readonly<Record<number, string>> = {
  21: 'FTP',
  500: 'IKE',
  1194: 'OpenVPN',
  1723: 'PPTP',
  2222: 'SSH',
  4500: 'IPsec NAT-T',
  10443: 'SSL VPN',
};

const KNOWN: Readonly<Record<number, string>> = {
  ...ADMIN_PORTS,
  ...DATABASE_PORTS,
  ...INDUSTRIAL_PORTS,
  ...LOGIN_PORTS,
  25: 'SMTP',
  53: 'DNS',
  80: 'HTTP',
  123: 'NTP',
  443: 'HTTPS',
};

/** Ports that should not answer the internet. */
export const isSensitive = (port: number | null): boolean =>
  port !== null && (port in ADMIN_PORTS || port in DATABASE_PORTS || port in INDUSTRIAL_PORTS);

/** `22 (SSH)`, `8123`, or the protocol's name where there are no ports. */
export function printPort(port: number | null, protocol = 'T'): string {
  if (port === null) return protocol;
  const name = KNOWN[port];
  const number = protocol === 'U' ? `${port}/udp` : String(port);
  return name ? `${number} (${name})` : number;
}

/**
 * Where calls of voice and video go over UDP: STUN and TURN (RFC 8489) with Teams' 3479 to 3481, Zoom's 8801 to 8810 and
 * Meet's 19302 to 19309, as their makers publish them for firewalls.
 */
export const MEDIA_PORTS: ReadonlySet<number> = new Set([
  ...[3478, 3479, 3480, 3481],
  ...Array.from({ length: 10 }, (_, i) => 8801 + i),
  ...Array.from({ length: 8 }, (_, i) => 19_302 + i),
]);

/** Ports that everything outside is reached by: a connection to one says nothing of itself. */
export const COMMON_OUTSIDE: ReadonlySet<number> = new Set([
  53, 80, 123, 443, 853, 993, 5223, 5228,
]);
