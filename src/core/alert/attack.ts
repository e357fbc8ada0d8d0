/** ATT&CK's enterprise tactics in the order of an intrusion, then those of industrial networks; Sentinel's spelling. */
export const TACTICS = [
  'Reconnaissance',
  'ResourceDevelopment',
  'InitialAccess',
  'Execution',
  'Persistence',
  'PrivilegeEscalation',
  'DefenseEvasion',
  'CredentialAccess',
  'Discovery',
  'LateralMovement',
  'Collection',
  'CommandAndControl',
  'Exfiltration',
  'Impact',
  'ImpairProcessControl',
  'InhibitResponseFunction',
] as const;
export type Tactic = (typeof TACTICS)[number];

/** Place of a tactic in the order of an intrusion; -1 for one that is not known. */
export function tacticOrder(tactic: string): number {
  const names: readonly string[] = TACTICS;
  return names.indexOf(tactic);
}
