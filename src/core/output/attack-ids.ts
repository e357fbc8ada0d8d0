import type { Tactic } from '#core/alert/index.ts';

/** Ids of ATT&CK's tactics (Enterprise; the last two are of ICS). Source: attack.mitre.org/tactics. */
const IDS: Readonly<Record<Tactic, string>> = {
  Reconnaissance: 'TA0043',
  ResourceDevelopment: 'TA0042',
  InitialAccess: 'TA0001',
  Execution: 'TA0002',
  Persistence: 'TA0003',
  PrivilegeEscalation: 'TA0004',
  DefenseEvasion: 'TA0005',
  CredentialAccess: 'TA0006',
  Discovery: 'TA0007',
  LateralMovement: 'TA0008',
  Collection: 'TA0009',
  CommandAndControl: 'TA0011',
  Exfiltration: 'TA0010',
  Impact: 'TA0040',
  ImpairProcessControl: 'TA0106',
  InhibitResponseFunction: 'TA0107',
};
const byName: ReadonlyMap<string, string> = new Map(Object.entries(IDS));

/** `TA0011` of `CommandAndControl`; undefined for a tactic that is not known. */
export const tacticId = (tactic: string): string | undefined => byName.get(tactic);

/** `Command and Control` of `CommandAndControl`. */
export const tacticTitle = (tactic: string): string =>
  tactic.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').replace(' And ', ' and ');
