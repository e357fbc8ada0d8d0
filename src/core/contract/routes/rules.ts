import { defineRoute } from '../route.ts';
import { instant, nothing } from '../shapes.ts';
import { z } from '../zod.ts';

const id = z.string().min(1).max(300);

/** `on` runs; `resting` would, but none of its tables has rows; `failing`: its last run failed. */
export const RULE_STATES = ['on', 'resting', 'failing', 'off'] as const;

const day = z.object({
  day: z.string(),
  runs: z.number(),
  findings: z.number(),
  costMs: z.number(),
  failures: z.number(),
});

export const ruleProblem = z.object({
  file: z.string(),
  line: z.number().nullable(),
  level: z.enum(['refused', 'warning']),
  rule: z.string(),
  message: z.string(),
  advice: z.string(),
});
export type RuleProblemTold = z.infer<typeof ruleProblem>;

const rule = z.object({
  id: z.string(),
  name: z.string(),
  severity: z.string(),
  state: z.enum(RULE_STATES),
  /** How it was written: sentinel, arm, sigma, metric. */
  format: z.string(),
  /** One that Weir brings. */
  isOwn: z.boolean(),
  file: z.string(),
  techniques: z.array(z.string()),
  tactics: z.array(z.string()),
  /** Such as `each 15m over 1h`, or `on arrival`. */
  schedule: z.string(),
  ranAt: instant.nullable(),
  firedAt: instant.nullable(),
  /** Why its last run failed; null when it did not. */
  error: z.string().nullable(),
  /** Of the last seven days. */
  runs: z.number(),
  findings: z.number(),
  costMs: z.number(),
});
export type RuleTold = z.infer<typeof rule>;

const detector = z.object({
  id: z.string(),
  name: z.string(),
  techniques: z.array(z.string()),
  tactics: z.array(z.string()),
  reads: z.array(z.string()),
  /** It rests while one of its tables is empty; failing: it could not look the last time. */
  state: z.enum(['on', 'resting', 'failing']),
  lookedAt: instant.nullable(),
  /** What its last look took; null when it has not looked. */
  lookMs: z.number().nullable(),
  findings: z.number(),
  error: z.string().nullable(),
  /** What its last look left out, and why; null when it saw all. */
  cut: z.string().nullable(),
});
export type DetectorTold = z.infer<typeof detector>;

const ruleWhole = rule.extend({
  description: z.string(),
  query: z.string(),
  /** The text of its file. */
  text: z.string(),
  /** Files of the data folder can be written; others are changed where they lie. */
  isWritable: z.boolean(),
  /** Files in the data folder can be removed. */
  isRemovable: z.boolean(),
  /** Names of the other rules of its file, which go with it. */
  alongside: z.array(z.string()),
  version: z.string(),
  warnings: z.array(z.string()),
  falsePositives: z.array(z.string()),
  nextSteps: z.array(z.string()),
  references: z.array(z.string()),
  /** Which logs it was written for. */
  connectors: z.array(z.string()),
  tests: z.array(z.object({ name: z.string(), isFiring: z.boolean() })),
  days: z.array(day),
});
export type RuleWhole = z.infer<typeof ruleWhole>;

const history = z.object({
  from: instant,
  to: instant,
  /** False when time ran out before it had looked at all of it. */
  isWhole: z.boolean(),
  runs: z.number(),
  fired: z.number(),
  alerts: z.number(),
  elapsedMs: z.number(),
  examples: z.array(
    z.object({ title: z.string(), first: instant, last: instant, query: z.string() }),
  ),
});
export type RuleHistory = z.infer<typeof history>;

const text = z.string().min(1).max(1_000_000);

const checked = z.object({
  rules: z.array(z.object({ id: z.string(), name: z.string(), query: z.string() })),
  problems: z.array(ruleProblem),
  /** What its own tests say; empty while there are problems. */
  trials: z.array(z.object({ test: z.string(), hasPassed: z.boolean(), why: z.string() })),
});
export type RulesChecked = z.infer<typeof checked>;

export const ruleRoutes = {
  rules: defineRoute({
    method: 'GET',
    path: '/api/v1/rules',
    access: 'viewer',
    says: 'Rules and detectors with their state and cost, and the files that were refused.',
    input: nothing,
    output: z.object({
      rules: z.array(rule),
      detectors: z.array(detector),
      problems: z.array(ruleProblem),
      /** How long rules wait for late data after the end of a window. */
      waitMs: z.number(),
    }),
  }),
  rule: defineRoute({
    method: 'GET',
    path: '/api/v1/rules/:id',
    access: 'viewer',
    says: 'One rule whole: its query, its file, what it did by day.',
    input: z.strictObject({ id }),
    output: ruleWhole,
  }),
  ruleHistory: defineRoute({
    method: 'GET',
    path: '/api/v1/rules/:id/history',
    access: 'viewer',
    says: 'How often a rule would have fired, from now backwards, as far as twenty seconds reach.',
    input: z.strictObject({ id, days: z.coerce.number().int().min(1).max(90).default(30) }),
    output: history,
  }),
  enableRule: defineRoute({
    method: 'POST',
    path: '/api/v1/rules/:id/state',
    access: 'analyst',
    says: 'Switches a rule on or off.',
    input: z.strictObject({ id, isEnabled: z.boolean() }),
    body: 'json',
    output: ruleWhole,
  }),
  removeRule: defineRoute({
    method: 'DELETE',
    path: '/api/v1/rules/:id',
    access: 'analyst',
    says: 'Removes the file of a rule from the data folder, with every rule in it. Refused for files elsewhere.',
    input: z.strictObject({ id }),
    output: z.object({ file: z.string(), rules: z.array(z.string()) }),
  }),
  checkRules: defineRoute({
    method: 'POST',
    path: '/api/v1/rules-check',
    access: 'viewer',
    says: 'Reads the text of a rule file, compiles its rules and runs their own tests; keeps nothing.',
    input: z.strictObject({ text }),
    body: 'json',
    output: checked,
  }),
  putRuleFile: defineRoute({
    method: 'PUT',
    path: '/api/v1/rule-files/:file',
    access: 'analyst',
    says: 'Keeps a rule file in the data folder, in place of what is there. Refused when a rule of it does not compile.',
    input: z.strictObject({
      file: z
        .string()
        .regex(
          /^[A-Za-z0-9][A-Za-z0-9._-]{0,120}\.ya?ml$/,
          'use letters, digits, . _ - and end in .yaml',
        ),
      text,
    }),
    body: 'json',
    output: checked,
  }),
};
