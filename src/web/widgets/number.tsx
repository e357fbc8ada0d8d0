import { type ReactNode, useEffect, useState } from 'react';
import type { Unit } from '#core/schema/index.ts';
import { formatAgo, formatByUnit } from '#web/base/format.ts';
import { formatMoment, formatUtc } from '#web/base/time-text.ts';

/** A number as people read it; the exact one on hover. */
export function Num(props: { readonly value: number; readonly unit: Unit }): ReactNode {
  const { text, exact } = formatByUnit(props.value, props.unit);
  return <span title={exact}>{text}</span>;
}

/** An instant in local time; UTC on hover. */
export function Moment(props: { readonly at: number }): ReactNode {
  return (
    <time dateTime={new Date(props.at).toISOString()} title={formatUtc(props.at)}>
      {formatMoment(props.at)}
    </time>
  );
}

/** `4 s ago`, counted on; the instant on hover. */
export function Ago(props: { readonly at: number }): ReactNode {
  const now = useNow(props.at > Date.now() - 120_000 ? 1000 : 20_000);
  return (
    <time
      dateTime={new Date(props.at).toISOString()}
      title={`${formatMoment(props.at)} · ${formatUtc(props.at)}`}
    >
      {formatAgo(props.at, now)}
    </time>
  );
}

/** The present, renewed every so often. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
