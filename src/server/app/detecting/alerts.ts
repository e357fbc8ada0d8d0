import { createAssets } from '#core/alert/index.ts';
import { MICROS_PER_DAY } from '#core/base/index.ts';
import {
  type Role,
  type Roles,
  readRoles,
  rolesKql,
  toRows,
  type Zones,
} from '#core/detect/index.ts';
import { type Alerts, createAlerts } from '#server/alert/index.ts';
import type { Log } from '#server/http/index.ts';
import { alertsReadByAll } from '#server/output/index.ts';
import type { QueryService } from '#server/query/index.ts';
import type { Store } from '#server/store/index.ts';
import { CommandError } from '../command.ts';
import type { Config } from '../config/index.ts';
import { publicUrl } from '../serving/public-url.ts';

export interface ServedAlertsDeps {
  readonly config: Pick<Config, 'assets' | 'hosts' | 'tls' | 'proxy'>;
  /** What hosts are for, as their owner says. */
  readonly zones: Pick<Zones, 'rolesOf'>;
  readonly store: Store;
  readonly queries: QueryService;
  readonly clock: () => number;
  readonly log: Log;
}

/** Alerts that know the assets of the configuration, and which hosts half the network talks to. */
export function openAlerts(deps: ServedAlertsDeps): Alerts {
  const { config, zones, store, clock, log } = deps;
  const seen = followRoles(deps);
  const alerts = createAlerts({
    store,
    clock,
    assets: readAssets(config.assets),
    baseUrl: publicUrl(config),
    unread: () => alertsReadByAll(store.state),
    hubOf: (key) => hubOf(key, zones, seen.current()),
    onError: (error) =>
      log.error('alerts could not be written to their tables; it is tried again', { error }),
  });
  return {
    ...alerts,
    async stop() {
      seen.stop();
      await alerts.stop();
    },
  };
}

function readAssets(assets: Config['assets']) {
  try {
    return createAssets(assets.map(({ critical, ...rest }) => ({ ...rest, isCritical: critical })));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new CommandError(
      `assets: ${message}`,
      'Write addresses, prefixes (10.1.0.0/16) or names of hosts.',
      error,
    );
  }
}

/**
 * What everybody talks to because of what it serves. Roles that only its own behaviour suggests (a scanner, a monitor) are
 * left out: who attacks behaves like that.
 */
const SEEN_HUBS: readonly Role[] = ['dns', 'ntp', 'proxy', 'mail', 'dhcp'];
/** What its owner says counts for all roles by which a host has to do with many others. */
const DECLARED_HUBS: readonly Role[] = [
  ...SEEN_HUBS,
  'gateway',
  'scanner',
  'monitor',
  'directory',
  'backup',
  'deployment',
];

/** The role for which an address joins no incidents; `key` is an entity's, `IP 10.0.0.53`. */
export function hubOf(
  key: string,
  declared: Pick<Zones, 'rolesOf'>,
  seen: Roles,
): string | undefined {
  if (!key.startsWith('IP ')) return undefined;
  const address = key.slice('IP '.length);
  const said = declared.rolesOf(address);
  return (
    DECLARED_HUBS.find((role) => said?.includes(role)) ??
    SEEN_HUBS.find((role) => seen.get(address)?.has(role))
  );
}

/** What hosts serve, as the day before `to` (µs) shows it. Rejects with QueryError. */
export async function rolesAt(
  queries: QueryService,
  to: number,
  signal: AbortSignal,
): Promise<Roles> {
  const text = rolesKql({ from: to - MICROS_PER_DAY, to, knownFrom: to - MICROS_PER_DAY });
  const { columns, rows } = await queries.query({ text, user: 'alerts', signal });
  return readRoles(toRows(columns, rows)).roles;
}

const HOUR_MS = 3_600_000;

/** Looks hourly, while there is something new, for what hosts serve. */
function followRoles({ store, queries, clock, log }: ServedAlertsDeps) {
  let roles: Roles = new Map();
  let nextMs = 0;
  const ending = new AbortController();

  async function refresh(): Promise<void> {
    const newest = Math.max(
      0,
      ...store.segments({ table: 'HostHours' }).map((s) => s.ranges['TimeGenerated']?.[1] ?? 0),
    );
    const to = newest + HOUR_MS * 1000;
    roles = await rolesAt(queries, to, ending.signal);
  }

  const stopListening = store.onChange((tables) => {
    if (!tables.has('HostHours') || clock() / 1000 < nextMs) return;
    nextMs = clock() / 1000 + HOUR_MS;
    refresh().catch((error: unknown) => {
      if (!ending.signal.aborted) log.warn('what hosts serve could not be looked up', { error });
    });
  });
  return {
    current: () => roles,
    stop() {
      stopListening();
      ending.abort();
    },
  };
}
