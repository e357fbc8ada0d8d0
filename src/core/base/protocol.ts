/** Keywords of IANA protocol numbers that flow logs meet; others print as their number. Source: IANA "Protocol Numbers". */
const KEYWORDS: Readonly<Record<number, string>> = {
  1: 'ICMP',
  2: 'IGMP',
  4: 'IPv4',
  6: 'T',
  17: 'U',
  33: 'DCCP',
  41: 'IPv6',
  46: 'RSVP',
  47: 'GRE',
  50: 'ESP',
  51: 'AH',
  58: 'IPv6-ICMP',
  88: 'EIGRP',
  89: 'OSPFIGP',
  103: 'PIM',
  112: 'VRRP',
  115: 'L2TP',
  132: 'SCTP',
  136: 'UDPLite',
};

/** What Flows.L4Protocol shows for an IANA protocol number: T, U, or the keyword. */
export function protocolName(number: number): string {
  return KEYWORDS[number] ?? String(number);
}
