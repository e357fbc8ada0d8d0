import {
  ALERT_STATES,
  ENTITY_TYPES,
  FINDER_KINDS,
  INCIDENT_STATES,
  SEVERITIES,
  VERDICTS,
} from '#core/alert/index.ts';
import { defineRoute } from '../route.ts';
import { accountName, done, instant, queryText } from '../shapes.ts';
import { z } from '../zod.ts';

const severity = z.enum(SEVERITIES);
const state = z.enum(INCIDENT_STATES);
const verdict = z.enum(VERDICTS);
const number = z.coerce.number().int().min(1);
const id = z.string().min(1).max(64);

export const alertEntity = z.object({
  type: z.enum(ENTITY_TYPES),
  identifiers: z.record(z.string(), z.string()),
  role: z.enum(['actor', 'target', 'related']),
  isInside: z.boolean().optional(),
});
export type AlertEntity = z.infer<typeof alertEntity>;

export const alertScope = z.strictObject({
  finders: z.array(z.string().min(1).max(200)).max(100).optional(),
  actors: z.array(z.string().min(1).max(300)).max(100).optional(),
  targets: z.array(z.string().min(1).max(300)).max(100).optional(),
  entities: z.array(z.string().min(1).max(300)).max(100).optional(),
  ports: z.array(z.int().min(1).max(65_535)).max(100).optional(),
  upTo: severity.optional(),
});
export type AlertScope = z.infer<typeof alertScope>;

export const alertTold = z.object({
  id: z.string(),
  version: z.int(),
  title: z.string(),
  finder: z.object({
    kind: z.enum(FINDER_KINDS),
    id: z.string(),
    name: z.string(),
    version: z.string(),
    family: z.string(),
  }),
  severity,
  /** 0 to 1. */
  weight: z.number(),
  confidence: z.number(),
  state: z.enum(ALERT_STATES),
  verdict: verdict.nullable(),
  first: instant,
  last: instant,
  raisedAt: instant,
  reasons: z.array(z.string()),
  /** What was decided about it, each with its reason. */
  decisions: z.array(z.string()),
  tactics: z.array(z.string()),
  techniques: z.array(z.string()),
  entities: z.array(alertEntity),
  features: z.record(z.string(), z.unknown()),
  /** KQL that prints the rows that prove it. */
  evidence: z.array(z.object({ kql: z.string(), rows: z.number() })),
  nextSteps: z.array(z.string()),
  falsePositives: z.array(z.string()),
  customDetails: z.record(z.string(), z.array(z.string())),
  findings: z.int(),
  incident: z.int().nullable(),
  /** What it may be suppressed by, narrowest first. */
  scopes: z.array(z.object({ scope: alertScope, says: z.string() })),
});
export type AlertTold = z.infer<typeof alertTold>;

export const incidentBrief = z.object({
  number: z.int(),
  title: z.string(),
  severity,
  state,
  verdict: verdict.nullable(),
  owner: z.string().nullable(),
  first: instant,
  last: instant,
  createdAt: instant,
  changedAt: instant,
  tactics: z.array(z.string()),
  /** The first of them: who acts, then who it is done to. */
  entities: z.array(alertEntity),
  alerts: z.int(),
  labels: z.array(z.string()),
});
export type IncidentBrief = z.infer<typeof incidentBrief>;

export const bookmark = z.object({
  id: z.string(),
  name: z.string(),
  query: z.string(),
  note: z.string(),
  by: z.string(),
  at: instant,
});
export type Bookmark = z.infer<typeof bookmark>;

export const incidentTold = incidentBrief.extend({
  id: z.string(),
  description: z.string(),
  severityReason: z.string(),
  comment: z.string(),
  closedAt: instant.nullable(),
  techniques: z.array(z.string()),
  mergedInto: z.int().nullable(),
  alertList: z.array(alertTold),
  /** What happened to it, by whom and why, in order. */
  events: z.array(z.object({ at: instant, who: z.string(), kind: z.string(), says: z.string() })),
  bookmarks: z.array(bookmark),
  /** Others about the same entities, the newest first. */
  related: z.array(incidentBrief.extend({ shared: z.array(z.string()) })),
});
export type IncidentTold = z.infer<typeof incidentTold>;

export const suppressionTold = z.object({
  id: z.string(),
  scope: alertScope,
  says: z.string(),
  reason: z.string(),
  owner: z.string(),
  createdAt: instant,
  expiresAt: instant,
  isActive: z.boolean(),
  hits: z.int(),
  lastHit: instant.nullable(),
  /** What should be looked at again: it hides nothing, or more than half of what a finder finds. */
  warning: z.string().nullable(),
});
export type SuppressionTold = z.infer<typeof suppressionTold>;

export const finderStatistics = z.object({
  kind: z.enum(FINDER_KINDS),
  id: z.string(),
  name: z.string(),
  alerts: z.int(),
  alertsPerDay: z.number(),
  incidents: z.int(),
  suppressed: z.int(),
  truePositives: z.int(),
  falsePositives: z.int(),
  benignPositives: z.int(),
  /** Share of verdicts that were right, and its 95 % interval; null without verdicts. */
  precision: z.number().nullable(),
  interval: z.tuple([z.number(), z.number()]).nullable(),
  /** What Weir would do about it, for a person to decide; null for nothing. */
  proposal: z.string().nullable(),
});
export type FinderStatistics = z.infer<typeof finderStatistics>;

/** `scope` as JSON in the query string. */
const scopeText = z
  .string()
  .max(8000)
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      context.addIssue({ code: 'custom', message: 'is not JSON' });
      return z.NEVER;
    }
  })
  .pipe(alertScope);

const stateList = z
  .string()
  .transform((text) => text.split(',').filter((part) => part !== ''))
  .pipe(z.array(state));

export const incidentRoutes = {
  incidents: defineRoute({
    method: 'GET',
    path: '/api/v1/incidents',
    access: 'viewer',
    says: 'Incidents: open ones first, the gravest first, then the newest.',
    input: z.strictObject({
      /** Names with commas between; New and Active unless given. */
      states: stateList.default(['New', 'Active']),
      /** The lowest. */
      severity: severity.default('informational'),
      /** An account; `-` for those without an owner. */
      owner: z.string().max(64).optional(),
      /** Words of title, entities and reasons. */
      text: z.string().max(200).optional(),
      /** Key of an entity, such as `IP 10.0.0.4`. */
      entity: z.string().max(400).optional(),
      since: instant.optional(),
      limit: z.coerce.number().int().min(1).max(1000).default(200),
    }),
    output: z.object({
      incidents: z.array(incidentBrief),
      total: z.int(),
      /** Of all: how many are New or Active. */
      open: z.int(),
      owners: z.array(z.string()),
    }),
  }),
  incident: defineRoute({
    method: 'GET',
    path: '/api/v1/incidents/:number',
    access: 'viewer',
    says: 'An incident with its alerts, what happened to it, and others about the same entities.',
    input: z.strictObject({ number }),
    output: incidentTold.extend({ owners: z.array(z.string()) }),
  }),
  openIncident: defineRoute({
    method: 'POST',
    path: '/api/v1/incidents',
    access: 'analyst',
    says: 'Opens an incident for alerts that belong to none.',
    input: z.strictObject({ alerts: z.array(id).min(1).max(150) }),
    output: incidentBrief,
  }),
  changeIncident: defineRoute({
    method: 'PUT',
    path: '/api/v1/incidents/:number',
    access: 'analyst',
    says: 'Changes what is named: owner, state, verdict, severity, title or labels. Closing needs a verdict.',
    input: z.strictObject({
      number: z.coerce.number().int().min(1),
      state: state.optional(),
      verdict: verdict.optional(),
      comment: z.string().max(4000).optional(),
      /** null: nobody. */
      owner: accountName.nullable().optional(),
      severity: severity.optional(),
      title: z.string().trim().min(1).max(300).optional(),
      labels: z.array(z.string().trim().min(1).max(60)).max(20).optional(),
    }),
    output: incidentBrief,
  }),
  noteIncident: defineRoute({
    method: 'POST',
    path: '/api/v1/incidents/:number/notes',
    access: 'analyst',
    says: 'Adds a note to an incident.',
    input: z.strictObject({ number, text: z.string().trim().min(1).max(10_000) }),
    output: done,
  }),
  bookmarkIncident: defineRoute({
    method: 'POST',
    path: '/api/v1/incidents/:number/bookmarks',
    access: 'analyst',
    says: 'Keeps a query with an incident.',
    input: z.strictObject({
      number,
      name: z.string().trim().min(1).max(200),
      query: queryText,
      note: z.string().max(4000).default(''),
    }),
    output: bookmark,
  }),
  removeBookmark: defineRoute({
    method: 'DELETE',
    path: '/api/v1/incidents/:number/bookmarks/:bookmark',
    access: 'analyst',
    says: 'Takes a query from an incident.',
    input: z.strictObject({ number, bookmark: id }),
    output: done,
  }),
  splitIncident: defineRoute({
    method: 'POST',
    path: '/api/v1/incidents/:number/split',
    access: 'analyst',
    says: 'Moves alerts of an incident to one of their own; they are not joined again.',
    input: z.strictObject({ number, alerts: z.array(id).min(1).max(150) }),
    output: incidentBrief,
  }),
  alerts: defineRoute({
    method: 'GET',
    path: '/api/v1/alerts',
    access: 'viewer',
    says: 'Alerts, newest first.',
    input: z.strictObject({
      since: instant.optional(),
      /** Both unless given. */
      state: z.enum(ALERT_STATES).optional(),
      /** The lowest. */
      severity: severity.default('informational'),
      /** Words of title, entities and reasons. */
      text: z.string().max(200).optional(),
      finder: z.string().max(200).optional(),
      entity: z.string().max(400).optional(),
      /** Only those that belong to no incident. */
      isUnplaced: z.stringbool().default(false),
      limit: z.coerce.number().int().min(1).max(1000).default(200),
    }),
    output: z.object({ alerts: z.array(alertTold), total: z.int() }),
  }),
  judgeAlert: defineRoute({
    method: 'PUT',
    path: '/api/v1/alerts/:id/verdict',
    access: 'analyst',
    says: 'Says what an alert was, which closes it and weighs on what its finder finds about the same pair.',
    input: z.strictObject({ id, verdict }),
    output: alertTold,
  }),
  suppressions: defineRoute({
    method: 'GET',
    path: '/api/v1/suppressions',
    access: 'viewer',
    says: 'Suppressions, newest first, ended ones included.',
    input: z.strictObject({}),
    output: z.object({ suppressions: z.array(suppressionTold) }),
  }),
  previewSuppression: defineRoute({
    method: 'GET',
    path: '/api/v1/suppressions/preview',
    access: 'viewer',
    says: 'What a suppression would have hidden.',
    input: z.strictObject({
      scope: scopeText,
      days: z.coerce.number().int().min(1).max(365).default(30),
    }),
    output: z.object({
      says: z.string(),
      hidden: z.int(),
      /** Of all alerts of those days. */
      total: z.int(),
      /** Those among the hidden that people had found to be right. */
      right: z.int(),
      examples: z.array(z.object({ id: z.string(), title: z.string(), at: instant, severity })),
    }),
  }),
  suppress: defineRoute({
    method: 'POST',
    path: '/api/v1/suppressions',
    access: 'analyst',
    says: 'Keeps findings from being told for a while.',
    input: z.strictObject({
      scope: alertScope,
      reason: z.string().trim().min(1).max(2000),
      days: z.int().min(1).max(365).default(90),
      /** The alert that it is made from; its incident says so. */
      alert: id.optional(),
    }),
    output: suppressionTold,
  }),
  endSuppression: defineRoute({
    method: 'DELETE',
    path: '/api/v1/suppressions/:id',
    access: 'analyst',
    says: 'Ends a suppression.',
    input: z.strictObject({ id }),
    output: done,
  }),
  alertStatistics: defineRoute({
    method: 'GET',
    path: '/api/v1/alert-statistics',
    access: 'viewer',
    says: 'Alerts a day, verdicts and precision of each rule, detector and feed.',
    input: z.strictObject({ days: z.coerce.number().int().min(1).max(365).default(30) }),
    output: z.object({ finders: z.array(finderStatistics) }),
  }),
};
