import type { ReactNode } from 'react';
import type { StatusAnswer } from '#core/contract/index.ts';
import { exploreHref } from '#web/base/explore-link.ts';
import { formatChange, formatCount, formatPoints, formatShare } from '#web/base/format.ts';
import { useLocation } from '#web/base/router.ts';
import { type Scope, toNumber, toRecords, useKql, useSelection } from '#web/query/index.ts';
import { Num, Tile } from '#web/widgets/index.ts';
import { choose } from './choice.ts';
import { completenessOf } from './completeness.ts';
import { isLink } from './follow.ts';
import { ANSWERING, TOTALS } from './totals.ts';

interface TilesProps {
  readonly scope: Scope;
  readonly hasRollups: boolean;
  /** Whether a comparison was asked for; the scope has none where there is no data to compare with. */
  readonly isComparing: boolean;
  readonly status: StatusAnswer | undefined;
  /** `the day before`. */
  readonly beforeName: string;
}

/** The same query over the period before; the numbers of a tile and of its change are counted alike. */
const earlier = (scope: Scope): Scope | undefined =>
  scope.previous ? { ...scope, interval: scope.previous, previous: undefined } : undefined;

export function Tiles(props: TilesProps): ReactNode {
  const { scope } = props;
  const [, navigate] = useLocation();
  const { search } = useSelection();
  const options = { hasRollups: props.hasRollups, compares: false };
  const before = earlier(scope);
  const totals = choose(TOTALS, scope, options);
  const totalsBefore = before && choose(TOTALS, before, options);
  const ports = choose(ANSWERING, scope, options);
  const portsBefore = before && choose(ANSWERING, before, options);
  const now = useKql(totals?.kql);
  const then = useKql(totalsBefore?.kql);
  const answering = useKql(ports?.kql);
  const answeredBefore = useKql(portsBefore?.kql);

  const [row] = now.data ? toRecords(now.data) : [];
  const [old] = then.data ? toRecords(then.data) : [];
  const at = (name: string) => toNumber(row?.[name]);
  const was = (name: string) => toNumber(old?.[name]);
  const hasBefore = old !== undefined && was('Flows') > 0;
  const waits = <span className="waiting">…</span>;
  const change = (name: string) =>
    hasBefore
      ? `${words(formatChange(at(name), was(name)))} ${props.beforeName}`
      : props.isComparing
        ? `no data ${props.beforeName}`
        : '';
  const share = at('Flows') > 0 ? at('Denied') / at('Flows') : 0;
  const shareBefore = was('Flows') > 0 ? was('Denied') / was('Flows') : 0;
  const complete = props.status && completenessOf(props.status.completeness);

  const link = (href: string | undefined) =>
    href
      ? {
          href,
          onOpen: (event: React.MouseEvent<HTMLAnchorElement>) => {
            if (isLink(event)) return;
            event.preventDefault();
            navigate(href);
          },
        }
      : {};
  const toKql = link(totals && exploreHref(totals.kql));
  const portsNow = toNumber(answering.data?.rows[0]?.[0]);
  const portsThen = answeredBefore.data ? toNumber(answeredBefore.data.rows[0]?.[0]) : undefined;
  // Lists of bad addresses are looked up when flows are reduced.
  const hasMalicious = row !== undefined && props.hasRollups;
  const failed = now.error ? <span title={now.error.detail.message}>?</span> : undefined;

  return (
    <div className="tiles">
      <Tile
        label="Flows"
        value={row ? <Num value={at('Flows')} unit="flows" /> : (failed ?? waits)}
        detail={row && change('Flows')}
        {...toKql}
      />
      <Tile
        label="Bytes"
        value={row ? <Num value={at('Bytes')} unit="bytes" /> : (failed ?? waits)}
        detail={row && change('Bytes')}
        {...toKql}
      />
      <Tile
        label="Denied"
        value={
          row ? (
            <span title={`${formatCount(at('Denied'))} of ${formatCount(at('Flows'))} flows`}>
              {formatShare(share)}
            </span>
          ) : (
            (failed ?? waits)
          )
        }
        detail={
          row &&
          (hasBefore
            ? pointWords(formatPoints(share, shareBefore))
            : `${formatCount(at('Denied'))} flows`)
        }
        tone={
          hasBefore && share > shareBefore * 1.5 && share - shareBefore > 0.005 ? 'deny' : 'plain'
        }
        {...toKql}
      />
      <Tile
        label="Malicious"
        value={
          hasMalicious ? (
            <Num value={at('Malicious')} unit="flows" />
          ) : row ? (
            '–'
          ) : (
            (failed ?? waits)
          )
        }
        detail={
          row &&
          (hasMalicious
            ? maliciousWords(at('Malicious'), at('MaliciousAllowed'))
            : 'known once flows are reduced')
        }
        tone={hasMalicious && at('MaliciousAllowed') > 0 ? 'bad' : 'plain'}
        {...toKql}
      />
      <Tile
        label="Answering the internet"
        value={answering.data ? <Ports count={portsNow} /> : ports ? (failed ?? waits) : '–'}
        detail={
          portsThen === undefined
            ? ''
            : portsNow === portsThen
              ? 'as many before'
              : `${formatCount(portsThen)} ${props.beforeName}`
        }
        {...link(ports && exploreHref(ports.kql))}
      />
      <Tile
        label="Completeness"
        value={complete ? formatShare(complete.share) : waits}
        detail={complete?.sentence}
        tone={
          complete ? (complete.lost > 0 ? 'deny' : complete.received > 0 ? 'ok' : 'plain') : 'plain'
        }
        {...link(`/sources${search}`)}
      />
    </div>
  );
}

const words = (change: string): string =>
  change === 'same' ? 'as' : change === 'new' ? 'new against' : `${change} on`;

function Ports(props: { readonly count: number }): ReactNode {
  return (
    <>
      <Num value={props.count} unit="records" /> {props.count === 1 ? 'port' : 'ports'}
    </>
  );
}

function maliciousWords(all: number, allowed: number): string {
  if (all === 0) return 'no address is on a list';
  if (allowed === 0) return 'all denied';
  return `${formatCount(allowed)} of them allowed`;
}

const pointWords = (points: string): string => (points === 'same' ? 'no change' : points);
