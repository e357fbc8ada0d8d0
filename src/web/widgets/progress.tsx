import type { ReactNode } from 'react';
import { formatShare } from '#web/base/format.ts';

/** How far something is; without `of` it only shows that it goes on. */
export function Progress(props: {
  readonly value: number;
  readonly of: number | null;
  readonly label: string;
}): ReactNode {
  const share = props.of ? Math.min(1, props.value / props.of) : undefined;
  return (
    <div
      className={`progress${share === undefined ? ' unknown' : ''}`}
      role="progressbar"
      aria-label={props.label}
      aria-valuemin={0}
      aria-valuemax={100}
      {...(share === undefined
        ? {}
        : { 'aria-valuenow': Math.round(share * 100), 'aria-valuetext': formatShare(share) })}
    >
      <i style={share === undefined ? {} : { width: `${share * 100}%` }} />
    </div>
  );
}
