import { addressesOf, addressOf, cut } from '../alert-parts.ts';
import { plainDocument } from '../formats/json.ts';
import { type AlertMessage, isoOf, type JsonObject } from '../message.ts';
import { SEVERITY_NAMES } from '../severity.ts';

const LONGEST_SUMMARY = 1024;
/** An event is 512 KB at most. */
const LONGEST_DESCRIPTION = 100_000;

/**
 * An event of PagerDuty's Events API v2: triggers, or resolves once closed. Versions of one alert or incident join
 * under one key. Source: developer.pagerduty.com, "Send an alert event".
 */
export function pagerdutyEvent(alert: AlertMessage, routingKey: string): JsonObject {
  return {
    routing_key: routingKey,
    event_action: alert.status === 'closed' ? 'resolve' : 'trigger',
    dedup_key: `weir-${alert.kind}-${alert.id}`,
    client: 'Weir',
    ...(alert.link === undefined
      ? {}
      : { client_url: alert.link, links: [{ href: alert.link, text: `Open the ${alert.kind}` }] }),
    payload: {
      summary: cut(alert.title, LONGEST_SUMMARY),
      source: addressOf(alert, 'target') ?? addressesOf(alert)[0] ?? 'weir',
      severity: SEVERITY_NAMES[alert.severity].pagerduty,
      timestamp: isoOf(alert.updated),
      component: alert.finder.name,
      group: alert.tactics[0] ?? alert.finder.family,
      class: alert.finder.family,
      custom_details: plainDocument({
        ...alert,
        description: cut(alert.description, LONGEST_DESCRIPTION),
      }),
    },
  };
}
