import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Alert, Finding, Incident } from '#core/alert/index.ts';
import type { Micros } from '#core/base/index.ts';
import { NO_ZONES, type Roles } from '#core/detect/index.ts';
import { createAlerts } from '#server/alert/index.ts';
import { openStore } from '#server/store/index.ts';
import { hubOf } from '../detecting/alerts.ts';

/** What one round of looks found, and when it was over. */
export interface Round {
  readonly at: Micros;
  readonly findings: readonly Finding[];
  /** What hosts serve, as the app learns it. */
  readonly roles: Roles;
}

/** What people were told, in the last version of each; incidents that others took in are left out. */
export interface Raised {
  readonly alerts: readonly Alert[];
  readonly incidents: readonly Incident[];
}

/** Turns findings into alerts and incidents as the product does, in a folder of its own that is gone afterwards. */
export async function raise(rounds: readonly Round[]): Promise<Raised> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-bench-alerts-'));
  let now = 0;
  let roles: Roles = new Map();
  const store = await openStore({ folder, clock: () => now });
  try {
    const alerts = createAlerts({
      store,
      clock: () => now,
      hubOf: (key) => hubOf(key, NO_ZONES, roles),
    });
    for (const round of rounds) {
      now = round.at;
      roles = round.roles;
      await alerts.take(round.findings);
    }
    const told = new Map<string, Alert>();
    const incidents = new Map<number, Incident>();
    for (const entry of alerts.log(0, Number.MAX_SAFE_INTEGER))
      if (entry.kind === 'alert') told.set(entry.alert.id, entry.alert);
      else incidents.set(entry.incident.number, entry.incident);
    await alerts.stop();
    return {
      alerts: [...told.values()],
      incidents: [...incidents.values()].filter((i) => i.mergedInto === undefined),
    };
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
