import type { Planned } from './scenario.ts';

/**
 * Steps of one intruder, in order: one story, which should become one incident. A step happens on the campaign's host, or
 * on the host that the step before reached; its hour follows the step before.
 */
export const CAMPAIGNS: readonly Planned[] = [
  ...[
    {
      attack: 'host-scan',
      shape: { hosts: 120, port: 3389, perMinute: 30, open: 0.05, closed: 'silent', from: 8 },
    },
    {
      attack: 'password-guessing',
      shape: { port: 3389, attempts: 200, perMinute: 20, side: 'inside', succeeds: 1, from: 9.5 },
    },
    { attack: 'movement', shape: { port: 3389, steps: 2, gapMinutes: 20, from: 11 } },
    {
      attack: 'exfiltration',
      shape: { megabytes: 3000, flows: 30, everySeconds: 120, port: 443, from: 13 },
      host: 'reached' as const,
    },
  ].map((step) => ({ ...step, campaign: 'from scan to theft' })),
  ...[
    {
      attack: 'beacon',
      shape: { period: 300, events: 150, jitter: 0.15, model: 'sleep', from: 6 },
    },
    {
      attack: 'port-scan',
      shape: { ports: 200, perMinute: 60, open: 0.03, closed: 'reset', from: 10 },
    },
    {
      attack: 'exfiltration',
      shape: { megabytes: 5000, flows: 25, everySeconds: 200, port: 8443, from: 14 },
    },
  ].map((step) => ({ ...step, campaign: 'an implant at work' })),
  ...[
    {
      attack: 'host-scan',
      shape: { hosts: 200, port: 445, perMinute: 120, open: 0.03, closed: 'silent', from: 7 },
    },
    { attack: 'movement', shape: { port: 445, steps: 1, gapMinutes: 8, wide: 8, from: 8 } },
    {
      attack: 'beacon',
      shape: { period: 120, events: 200, jitter: 0.1, model: 'grid', from: 10 },
      host: 'reached' as const,
    },
  ].map((step) => ({ ...step, campaign: 'a worm' })),
  ...[
    {
      attack: 'password-guessing',
      shape: { port: 22, attempts: 250, perMinute: 25, side: 'outside', succeeds: 1, from: 6 },
    },
    {
      attack: 'host-scan',
      shape: { hosts: 100, port: 22, perMinute: 40, open: 0.1, closed: 'reset', from: 7 },
      host: 'reached' as const,
    },
    {
      attack: 'password-spraying',
      shape: { at: 'servers', port: 22, each: 3, perMinute: 12, from: 8.5 },
      host: 'same' as const,
    },
  ].map((step) => ({ ...step, campaign: 'in by the jump host' })),
  ...[
    { attack: 'contact', shape: { form: 'call', times: 2, listed: 'before', from: 7 } },
    { attack: 'beacon', shape: { period: 600, events: 70, jitter: 0.2, model: 'grid', from: 8 } },
    {
      attack: 'exfiltration',
      shape: { megabytes: 30, flows: 4000, everySeconds: 4, port: 53, from: 12 },
    },
  ].map((step) => ({ ...step, campaign: 'a phished client' })),
];

/** Attacks that have a target or an address in common and nothing else: each its own story, its own incident. */
export const UNRELATED: readonly Planned[] = [
  {
    attack: 'port-scan',
    shape: { ports: 150, perMinute: 60, open: 0.05, closed: 'silent', server: 4, from: 8 },
  },
  {
    attack: 'password-guessing',
    shape: {
      port: 22,
      attempts: 150,
      perMinute: 10,
      side: 'inside',
      succeeds: 0,
      server: 4,
      from: 13,
    },
  },
  {
    attack: 'beacon',
    shape: { period: 300, events: 120, jitter: 0.1, model: 'grid' },
    host: 'gateway',
  },
  {
    attack: 'exfiltration',
    shape: { megabytes: 4000, flows: 20, everySeconds: 180, port: 443, from: 12 },
    host: 'gateway',
  },
];
