import type { ReactNode } from 'react';
import { exploreHref } from '#web/base/explore-link.ts';
import { kqlString, kqlWithin } from '#web/base/kql.ts';
import type { Interval } from '#web/base/range.ts';
import { useLocation } from '#web/base/router.ts';
import { type Scope, toMillis, toNumber, toRecords, toText, useKqlList } from '#web/query/index.ts';
import { Loading, Moment, Num, Panel, Pill } from '#web/widgets/index.ts';
import { isLink } from './follow.ts';

/** What its traffic says: who it is, and how much it did. */
const traffic = (ip: string, where: string): string =>
  `TrafficByHost\n| where ${where} and Ip == ${kqlString(ip)}\n| summarize Host = max(Host), Subnet = max(Subnet), Scope = max(Scope), First = min(TimeGenerated), Last = max(TimeGenerated),\n    Started = sumif(Flows, Role == "Initiator"), Answered = sumif(Flows, Role == "Responder"),\n    Denied = sum(DeniedFlows), Malicious = sum(MaliciousFlows), Bytes = sum(BytesSrcToDest) + sum(BytesDestToSrc)`;

/** What people and the topology say of its range: region, groups and tags. */
const place = (ip: string, where: string): string => {
  const end = (side: 'Src' | 'Dest') =>
    `(NTANetAnalytics\n    | where ${where} and ${side}Ip == ${kqlString(ip)}\n    | project Region = ${side}Region, Groups = ${side}NetworkGroups)`;
  return `union ${end('Src')},\n    ${end('Dest')}\n| summarize Region = max(Region), Groups = max(Groups)`;
};

/** What lists and registries say of a public address. */
const registries = (ip: string, where: string): string =>
  `NTAIpDetails\n| where ${where} and Ip == ${kqlString(ip)}\n| summarize arg_max(TimeGenerated, FlowType, Location, PublicIpDetails, ThreatType, ThreatDescription)`;

const HOUR_MS = 3_600_000;

const wholeHours = ({ from, to }: Interval): Interval => ({
  from: Math.floor(from / HOUR_MS) * HOUR_MS,
  to,
});

/** What is known of the one host that the page is narrowed to. */
export function HostPanel(props: { readonly ip: string; readonly scope: Scope }): ReactNode {
  const { ip } = props;
  const [, navigate] = useLocation();
  const where = kqlWithin('TimeGenerated', wholeHours(props.scope.interval));
  const queries = [traffic(ip, where), place(ip, where), registries(ip, where)];
  const answers = useKqlList(queries);
  const [seen, placed, public_] = answers.map((a) => (a.data ? toRecords(a.data)[0] : undefined));
  const text = (row: Readonly<Record<string, unknown>> | undefined, name: string) =>
    toText(row?.[name]);
  const isLoading = answers.some((a) => a.isLoading);
  const [first, last] = [toMillis(seen?.['First']), toMillis(seen?.['Last'])];
  const groups = text(placed, 'Groups')
    .split(/[\s,]+/)
    .filter((tag) => tag !== '');
  const href = exploreHref(traffic(ip, where));
  const facts: readonly (readonly [string, ReactNode])[] = [
    ['machine', text(seen, 'Host')],
    ['subnet', text(seen, 'Subnet')],
    ['scope', text(seen, 'Scope')],
    ['region', text(placed, 'Region') || text(public_, 'Location')],
    ['network', text(public_, 'PublicIpDetails')],
    ['groups and tags', groups.length > 0 && groups.map((tag) => <Pill key={tag}>{tag}</Pill>)],
    [
      'listed as',
      text(public_, 'ThreatType') && (
        <Pill tone="bad">{text(public_, 'ThreatDescription') || text(public_, 'ThreatType')}</Pill>
      ),
    ],
    [
      'seen',
      first !== null && last !== null && (
        <Seen first={first} last={Math.min(last + HOUR_MS, props.scope.interval.to)} />
      ),
    ],
    ['started', <Num key="n" value={toNumber(seen?.['Started'])} unit="flows" />],
    ['answered', <Num key="n" value={toNumber(seen?.['Answered'])} unit="flows" />],
    ['bytes, both ways', <Num key="n" value={toNumber(seen?.['Bytes'])} unit="bytes" />],
  ];
  return (
    <Panel
      title={`Host ${ip}`}
      unit="what is known of it"
      span={12}
      exploreHref={href}
      onExplore={(event) => {
        if (isLink(event)) return;
        event.preventDefault();
        navigate(href);
      }}
    >
      {isLoading ? (
        <Loading lines={2} />
      ) : first === null ? (
        <p className="sub">
          No reduced flow of this time has this address. It may be a few minutes behind, or written
          differently.
        </p>
      ) : (
        <dl className="facts-line">
          {facts
            .filter(([, value]) => value !== '' && value !== false)
            .map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
        </dl>
      )}
    </Panel>
  );
}

function Seen(props: { readonly first: number; readonly last: number }): ReactNode {
  return (
    <>
      <Moment at={props.first} />
      {props.last > props.first && (
        <>
          {' – '}
          <Moment at={props.last} />
        </>
      )}
    </>
  );
}
