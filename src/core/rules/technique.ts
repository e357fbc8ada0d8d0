import { TACTICS } from '#core/alert/index.ts';

/**
 * Ids that ATT&CK has revoked or deprecated, and what stands in their place (attack.mitre.org, version 8 on). Published
 * rules still carry them.
 */
const REPLACED: Readonly<Record<string, string>> = {
  T1002: 'T1560',
  T1009: 'T1027.001',
  T1022: 'T1560',
  T1024: 'T1573',
  T1028: 'T1021.006',
  T1032: 'T1573',
  T1035: 'T1569.002',
  T1043: 'T1071',
  T1045: 'T1027.002',
  T1050: 'T1543.003',
  T1063: 'T1518.001',
  T1064: 'T1059',
  T1065: 'T1571',
  T1066: 'T1027.005',
  T1075: 'T1550.002',
  T1076: 'T1021.001',
  T1077: 'T1021.002',
  T1079: 'T1573',
  T1081: 'T1552.001',
  T1086: 'T1059.001',
  T1089: 'T1562.001',
  T1094: 'T1095',
  T1097: 'T1550.003',
  T1099: 'T1070.006',
  T1100: 'T1505.003',
  T1107: 'T1070.004',
  T1171: 'T1557.001',
  T1172: 'T1090.004',
  T1179: 'T1056.004',
  T1188: 'T1090.003',
  T1192: 'T1566.002',
  T1193: 'T1566.001',
  T1208: 'T1558.003',
  T1214: 'T1552.002',
  T1483: 'T1568.002',
  T1503: 'T1555.003',
  T1522: 'T1552.005',
  T1527: 'T1550.001',
};

/** The current id of a technique, of any case; undefined when the text is none. */
export function readTechnique(text: string): string | undefined {
  const id = text.trim().toUpperCase();
  if (!/^T\d{4}(?:\.\d{3})?$/.test(id)) return undefined;
  return REPLACED[id] ?? id;
}

const OLD_TACTICS: Readonly<Record<string, string>> = { preattack: 'Reconnaissance' };

/** A tactic by its name in any spelling (`Command and Control`, `command-and-control`); undefined when the text is none. */
export function readTactic(text: string): string | undefined {
  const plain = text.toLowerCase().replace(/[^a-z]/g, '');
  return OLD_TACTICS[plain] ?? TACTICS.find((tactic) => tactic.toLowerCase() === plain);
}
