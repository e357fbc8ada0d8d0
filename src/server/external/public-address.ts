import { BlockList, isIP } from 'node:net';

/**
 * Prefixes that do not lead to the public internet: this host, private networks, links, carriers' translation, tests,
 * documentation, translation and tunnels that could hide any of them, multicast, reserved.
 * Source: IANA IPv4 and IPv6 Special-Purpose Address Registries.
 */
const SPECIAL = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
  '::/8',
  '64:ff9b::/16',
  '100::/8',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
  '5f00::/16',
  'fc00::/6',
] as const;

/** By family: a list that holds both takes an IPv4 address for an IPv6 one in which it is mapped. */
const special = { 4: new BlockList(), 6: new BlockList() } as const;
for (const prefix of SPECIAL) {
  const [address = '', bits] = prefix.split('/');
  if (isIP(address) === 4) special[4].addSubnet(address, Number(bits), 'ipv4');
  else special[6].addSubnet(address, Number(bits), 'ipv6');
}

/** True for an address that anybody on the internet could reach as well. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !special[4].check(address, 'ipv4');
    case 6:
      return !special[6].check(address, 'ipv6');
    default:
      return false;
  }
}

const LINK = [
  '0.0.0.0/8',
  '169.254.0.0/16',
  '224.0.0.0/3',
  '::/128',
  'fe80::/10',
  'ff00::/8',
] as const;
const link = { 4: new BlockList(), 6: new BlockList() } as const;
for (const prefix of LINK) {
  const [address = '', bits] = prefix.split('/');
  if (isIP(address) === 4) link[4].addSubnet(address, Number(bits), 'ipv4');
  else link[6].addSubnet(address, Number(bits), 'ipv6');
}

/**
 * True for an address that a server of one's own may have: public, private or this machine. Not links, where clouds keep
 * the service that hands out credentials, and nothing that is no single host.
 */
export function isHostAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !link[4].check(address, 'ipv4');
    case 6: {
      const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
      return mapped ? isHostAddress(mapped[1] ?? '') : !link[6].check(address, 'ipv6');
    }
    default:
      return false;
  }
}
