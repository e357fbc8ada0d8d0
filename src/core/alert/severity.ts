/** How much a finding, an alert or an incident asks of a person, mildest first. Sentinel has no critical: it is told High. */
export const SEVERITIES = ['informational', 'low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** 0 for informational up to 4 for critical. */
export function severityRank(severity: Severity): number {
  return SEVERITIES.indexOf(severity);
}

/** So many steps up or down the scale, held at its ends. */
export function shiftSeverity(severity: Severity, steps: number): Severity {
  const rank = Math.max(0, Math.min(SEVERITIES.length - 1, severityRank(severity) + steps));
  return SEVERITIES[rank] ?? severity;
}

/** The graver of the two. */
export function worse(a: Severity, b: Severity): Severity {
  return severityRank(a) >= severityRank(b) ? a : b;
}

const SENTINEL: Record<Severity, string> = {
  informational: 'Informational',
  low: 'Low',
  medium: 'Medium',
  high: 'High',
  critical: 'High',
};

/** As the tables SecurityAlert and SecurityIncident print it. */
export const sentinelSeverity = (severity: Severity): string => SENTINEL[severity];

/** Reads Sentinel's and Sigma's words, whatever their case; undefined for others. */
export function readSeverity(text: string): Severity | undefined {
  const word = text.trim().toLowerCase();
  return SEVERITIES.find((s) => s === word || (word === 'info' && s === 'informational'));
}
