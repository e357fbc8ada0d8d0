import { type Alert, type Incident, pairOf, type Verdict } from '#core/alert/index.ts';
import { type Micros, printInstant } from '#core/base/index.ts';
import type {
  AlertTold,
  Bookmark,
  IncidentBrief,
  ROUTES,
  RouteParsed,
} from '#core/contract/index.ts';
import type { Database } from '#server/store/index.ts';
import type { Grouper, GroupingDeps } from './grouping.ts';
import type { EventKind } from './incident-store.ts';
import { AlertRefused } from './refused.ts';
import { tellAlert, tellIncidentBrief } from './told.ts';

export interface DeskDeps extends GroupingDeps {
  readonly state: Database;
  readonly grouper: Grouper;
  /** Called after each change, outside of its transaction. */
  readonly onChange: () => void;
}

export type In<Id extends keyof typeof ROUTES> = RouteParsed<(typeof ROUTES)[Id]>;

/** What people do with incidents. `who` is an account. Everything throws AlertRefused and then changes nothing. */
export interface Desk {
  openIncident(input: In<'openIncident'>, who: string): IncidentBrief;
  changeIncident(input: In<'changeIncident'>, who: string): IncidentBrief;
  noteIncident(input: In<'noteIncident'>, who: string): void;
  bookmarkIncident(input: In<'bookmarkIncident'>, who: string): Bookmark;
  removeBookmark(input: In<'removeBookmark'>, who: string): void;
  splitIncident(input: In<'splitIncident'>, who: string): IncidentBrief;
  judgeAlert(input: In<'judgeAlert'>, who: string): AlertTold;
}

const MOST_BOOKMARKS = 200;
const MOST_NOTES = 500;

export function createDesk(deps: DeskDeps): Desk {
  const { state, alerts, incidents, journal, grouper, newId, clock, onChange } = deps;

  /** One transaction, after which everybody is told. */
  function act<T>(who: string, work: (now: Micros) => T): T {
    const result = state.transaction(() => {
      grouper.begin();
      const done = work(clock());
      grouper.settle(who);
      return done;
    });
    onChange();
    return result;
  }

  function find(number: number): Incident {
    const incident = incidents.find(number);
    if (!incident)
      throw new AlertRefused(
        'not-found',
        `There is no incident ${number}.`,
        'Look it up in the list of incidents.',
      );
    return incident;
  }

  const brief = (number: number) => tellIncidentBrief(find(number));

  function findAlerts(ids: readonly string[]): readonly Alert[] {
    const found = alerts.alerts(ids);
    if (found.length < new Set(ids).size)
      throw new AlertRefused('not-found', 'There is no such alert.', 'Load the page anew.');
    return found;
  }

  const note = (incident: number, who: string, kind: EventKind, says: string) =>
    incidents.note(incident, { at: clock(), who, kind, says });

  /** Closes an alert with a verdict, which weighs on later findings of the same finder about the same pair. */
  function judge(alert: Alert, verdict: Verdict, who: string, now: Micros): Alert {
    const judged: Alert = {
      ...alert,
      state: 'closed',
      verdict,
      version: alert.version + 1,
      changedAt: now,
    };
    alerts.save(judged);
    alerts.keepVerdict(alert, pairOf(alert), verdict, { at: now, who });
    journal.tellAlert(judged, 'judged', now);
    return judged;
  }

  function unjudge(alert: Alert, now: Micros): void {
    const open: Alert = {
      ...alert,
      state: 'open',
      verdict: undefined,
      version: alert.version + 1,
      changedAt: now,
    };
    alerts.save(open);
    alerts.forgetVerdict(alert.id);
    journal.tellAlert(open, 'judged', now);
  }

  /** The incident in another state, its alerts with it. */
  function move(
    incident: Incident,
    input: In<'changeIncident'>,
    who: string,
    now: Micros,
  ): Incident {
    const { verdict = incident.verdict, comment = incident.comment } = input;
    const to = input.state ?? incident.state;
    const of = alerts.ofIncident(incident.number);
    if (to === 'Closed') {
      if (verdict === undefined)
        throw new AlertRefused(
          'bad-request',
          'Closing an incident needs a verdict.',
          'Say whether it was real, benign, false, or remains undetermined.',
        );
      for (const alert of of)
        if (alert.state === 'open' || (input.verdict && alert.verdict === incident.verdict))
          judge(alert, verdict, who, now);
      if (incident.state !== 'Closed' || verdict !== incident.verdict)
        note(incident.number, who, 'verdict', `Closed as ${WORDS[verdict]}. ${comment}`.trim());
      return { ...incident, state: to, verdict, comment, closedAt: now };
    }
    if (incident.state === 'Closed') {
      for (const alert of of) if (alert.state === 'closed') unjudge(alert, now);
      note(incident.number, who, 'state', `Reopened. ${comment}`.trim());
      return { ...incident, state: to, verdict: undefined, comment: '', closedAt: undefined };
    }
    if (to !== incident.state) note(incident.number, who, 'state', `${incident.state} → ${to}.`);
    return { ...incident, state: to };
  }

  function assign(incident: Incident, owner: string | null | undefined, who: string): Incident {
    if (owner === undefined || (owner ?? undefined) === incident.owner) return incident;
    note(
      incident.number,
      who,
      'assigned',
      owner === null ? 'Nobody has it any more.' : `Assigned to ${owner}.`,
    );
    const isTaken = owner !== null && incident.state === 'New';
    return { ...incident, owner: owner ?? undefined, state: isTaken ? 'Active' : incident.state };
  }

  function rename(incident: Incident, input: In<'changeIncident'>, who: string): Incident {
    const { title, severity, labels } = input;
    let next = incident;
    if (title !== undefined && title !== incident.title) {
      note(incident.number, who, 'state', `Called “${title}”.`);
      next = { ...next, title, byHand: { ...next.byHand, title } };
    }
    if (severity !== undefined && severity !== incident.severity) {
      note(incident.number, who, 'severity', `Severity ${incident.severity} → ${severity}.`);
      next = { ...next, severity, byHand: { ...next.byHand, severity } };
    }
    return labels === undefined ? next : { ...next, labels };
  }

  return {
    openIncident({ alerts: ids }, who) {
      const number = act(who, () => {
        const found = findAlerts(ids);
        const placed = found.find((a) => a.incident !== undefined);
        if (placed)
          throw new AlertRefused(
            'conflict',
            `“${placed.title}” belongs to incident ${placed.incident} already.`,
            'Open that incident, and split it there if they do not belong together.',
          );
        return grouper.open(found, who, 'Opened by hand.').number;
      });
      return brief(number);
    },
    changeIncident(input, who) {
      act(who, (now) => {
        const incident = find(input.number);
        if (incident.mergedInto !== undefined)
          throw new AlertRefused(
            'conflict',
            `Incident ${incident.number} was merged into incident ${incident.mergedInto}.`,
            `Open incident ${incident.mergedInto} instead.`,
          );
        const moved = move(assign(incident, input.owner, who), input, who, now);
        incidents.save(rename(moved, input, who));
        const isClosing = moved.state === 'Closed' && incident.state !== 'Closed';
        const isReopening = moved.state !== 'Closed' && incident.state === 'Closed';
        grouper.refresh(
          incident.number,
          isClosing ? 'closed' : isReopening ? 'reopened' : 'changed',
        );
      });
      return brief(input.number);
    },
    noteIncident({ number, text }, who) {
      act(who, (now) => {
        const incident = find(number);
        if (incident.comments.length >= MOST_NOTES)
          throw new AlertRefused(
            'conflict',
            `An incident holds ${MOST_NOTES} notes.`,
            'Keep the rest elsewhere, with a link here.',
          );
        const comment = { id: newId(), at: now, by: who, text };
        incidents.save({ ...incident, comments: [...incident.comments, comment] });
        note(number, who, 'note', text);
        grouper.refresh(number, 'changed');
      });
    },
    bookmarkIncident: ({ number, name, query, note: text }, who) =>
      act(who, (now) => {
        const incident = find(number);
        if (incident.bookmarks.length >= MOST_BOOKMARKS)
          throw new AlertRefused(
            'conflict',
            `An incident holds ${MOST_BOOKMARKS} bookmarks.`,
            'Remove some that nobody needs.',
          );
        const id = newId();
        incidents.addBookmark(number, { id, name, query, note: text, who, at: now });
        incidents.save({ ...incident, bookmarks: [...incident.bookmarks, id] });
        note(number, who, 'bookmark', `Kept the query “${name}”.`);
        grouper.refresh(number, 'changed');
        return { id, name, query, note: text, by: who, at: printInstant(now) };
      }),
    removeBookmark({ number, bookmark }, who) {
      act(who, () => {
        const incident = find(number);
        if (!incidents.removeBookmark(number, bookmark))
          throw new AlertRefused('not-found', 'There is no such bookmark.', 'Load the page anew.');
        const bookmarks = incident.bookmarks.filter((id) => id !== bookmark);
        incidents.save({ ...incident, bookmarks });
        note(number, who, 'bookmark', 'Removed a query that was kept.');
        grouper.refresh(number, 'changed');
      });
    },
    splitIncident({ number, alerts: ids }, who) {
      const made = act(who, () => {
        find(number);
        const all = alerts.ofIncident(number);
        const moving = all.filter((a) => ids.includes(a.id));
        const staying = all.filter((a) => !ids.includes(a.id));
        if (moving.length < new Set(ids).size || staying.length === 0)
          throw new AlertRefused(
            'bad-request',
            'Some of the alerts of an incident can be split off, not all of them.',
            'Leave at least one that the incident is about.',
          );
        for (const one of moving) for (const other of staying) alerts.setApart(one.id, other.id);
        const from = moving.map((a) => ({ ...a, incident: undefined }));
        const split = grouper.open(from, who, `Split off incident ${number}.`);
        note(number, who, 'split', `Split ${moving.length} off into incident ${split.number}.`);
        grouper.refresh(number, 'changed');
        return split.number;
      });
      return brief(made);
    },
    judgeAlert({ id, verdict }, who) {
      const judged = act(who, (now) => {
        const [alert] = findAlerts([id]);
        const next = judge(alert!, verdict, who, now);
        if (next.incident !== undefined) {
          note(next.incident, who, 'verdict', `“${next.title}” is ${WORDS[verdict]}.`);
          grouper.refresh(next.incident, 'changed');
        }
        return next;
      });
      return tellAlert(judged);
    },
  };
}

/** Verdicts as people say them. */
export const WORDS: Readonly<Record<Verdict, string>> = {
  TruePositive: 'a real attack',
  BenignPositive: 'real but harmless',
  FalsePositive: 'a false alarm',
  Undetermined: 'undetermined',
};
