import type { Entity } from '#core/alert/index.ts';
import type { AlertMessage } from './message.ts';

/** The first address of a part in the story. */
export function addressOf(alert: AlertMessage, role: Entity['role']): string | undefined {
  return alert.entities.find((e) => e.role === role && e.type === 'IP')?.identifiers['Address'];
}

const valuesOf = (
  alert: AlertMessage,
  type: Entity['type'],
  names: readonly string[],
  role?: Entity['role'],
) => [
  ...new Set(
    alert.entities
      .filter((entity) => entity.type === type && (role === undefined || entity.role === role))
      .flatMap((entity) => names.map((name) => entity.identifiers[name] ?? ''))
      .filter((value) => value !== ''),
  ),
];

export const addressesOf = (alert: AlertMessage, role?: Entity['role']): readonly string[] =>
  valuesOf(alert, 'IP', ['Address'], role);
export const hostsOf = (alert: AlertMessage): readonly string[] =>
  valuesOf(alert, 'Host', ['FullName', 'HostName']);
export const usersOf = (alert: AlertMessage): readonly string[] =>
  valuesOf(alert, 'Account', ['FullName', 'Name']);
export const domainsOf = (alert: AlertMessage): readonly string[] =>
  valuesOf(alert, 'DNS', ['DomainName']);

/** The one line that says all of it. */
export const headline = (alert: AlertMessage): string =>
  `${alert.severity === 'informational' ? 'Information' : capital(alert.severity)}: ${alert.title}`;

export const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

/** Text cut to so many UTF-16 units, never inside a pair, with an ellipsis where something is missing. */
export function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  const end = length - 1;
  const splits = (text.charCodeAt(end - 1) & 0xfc00) === 0xd800;
  return `${text.slice(0, splits ? end - 1 : end)}…`;
}
