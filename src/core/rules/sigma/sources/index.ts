import { cisco, fortigate, syslog } from './devices.ts';
import { dns, networkDns, zeekDns } from './dns.ts';
import { hostConnections } from './endpoint.ts';
import { connections, firewall, zeekConn, zeekRdp } from './flows.ts';
import type { LogSource } from './source.ts';
import { proxy, webserver, zeekHttp } from './web.ts';

export type { Column, ColumnType, LogSource } from './source.ts';

/** Every log source that has a table, the more telling ones first. */
export const LOG_SOURCES: readonly LogSource[] = [
  zeekConn,
  zeekDns,
  zeekHttp,
  zeekRdp,
  connections,
  networkDns,
  firewall,
  dns,
  proxy,
  webserver,
  hostConnections,
  fortigate,
  cisco,
  syslog,
];

/** What a rule's `logsource` says, in lower case; '' where it says nothing. */
export interface Wanted {
  readonly category: string;
  readonly product: string;
  readonly service: string;
}

export function findLogSource(wanted: Wanted): LogSource | undefined {
  return LOG_SOURCES.find((source) =>
    source.matches.some(
      ({ category, product, service }) =>
        (category === undefined || category === wanted.category) &&
        (product === undefined || product === wanted.product) &&
        (service === undefined || service === wanted.service),
    ),
  );
}
