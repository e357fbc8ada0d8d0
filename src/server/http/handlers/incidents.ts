import { hasRole, type RouteId } from '#core/contract/index.ts';
import { Refused } from '#server/auth/index.ts';
import { type Call, callerOf, type Handlers } from '../call.ts';
import type { HttpDeps } from '../deps.ts';

export const incidentIds = [
  'incidents',
  'incident',
  'openIncident',
  'changeIncident',
  'noteIncident',
  'bookmarkIncident',
  'removeBookmark',
  'splitIncident',
  'alerts',
  'judgeAlert',
  'suppressions',
  'previewSuppression',
  'suppress',
  'endSuppression',
  'alertStatistics',
] as const satisfies readonly RouteId[];

export function incidentHandlers({
  alerts,
  auth,
}: HttpDeps): Handlers<(typeof incidentIds)[number]> {
  /** Accounts that incidents can be assigned to. */
  const owners = () =>
    auth.accounts
      .list()
      .filter((a) => hasRole(a.role, 'analyst'))
      .map((a) => a.name);

  /** Writes what is asked into the audit log before it is done; whose doing it is. */
  const note = (call: Call, input: Readonly<Record<string, unknown>>): string => {
    call.note(input);
    return callerOf(call).name;
  };

  return {
    incidents: (input) => ({ ...alerts.incidents(input), owners: owners() }),
    incident: ({ number }) => ({ ...alerts.incident(number), owners: owners() }),
    openIncident: (input, call) => alerts.openIncident(input, note(call, input)),
    changeIncident(input, call) {
      const who = note(call, input);
      if (input.owner && !owners().includes(input.owner))
        throw new Refused('bad-request', `There is no analyst ${input.owner}.`, {
          hint: `Choose one of ${owners().join(', ')}.`,
        });
      return alerts.changeIncident(input, who);
    },
    noteIncident(input, call) {
      alerts.noteIncident(input, note(call, input));
      return { done: true };
    },
    bookmarkIncident: (input, call) => alerts.bookmarkIncident(input, note(call, input)),
    removeBookmark(input, call) {
      alerts.removeBookmark(input, note(call, input));
      return { done: true };
    },
    splitIncident: (input, call) => alerts.splitIncident(input, note(call, input)),
    alerts: (input) => alerts.alerts(input),
    judgeAlert: (input, call) => alerts.judgeAlert(input, note(call, input)),
    suppressions: () => ({ suppressions: [...alerts.suppressions()] }),
    previewSuppression: (input) => alerts.previewSuppression(input),
    suppress: (input, call) => alerts.suppress(input, note(call, input)),
    endSuppression(input, call) {
      alerts.endSuppression(input, note(call, input));
      return { done: true };
    },
    alertStatistics: ({ days }) => ({ finders: [...alerts.alertStatistics(days)] }),
  };
}
