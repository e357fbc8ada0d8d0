import type { MouseEvent, ReactNode } from 'react';
import { Icon } from './icon.tsx';

interface PanelProps {
  readonly title: string;
  /** A few words beside the title: the unit, the bucket. */
  readonly unit?: ReactNode;
  /** Columns of the twelve it takes on a wide page. */
  readonly span?: 3 | 4 | 5 | 6 | 7 | 8 | 12 | undefined;
  readonly actions?: ReactNode;
  /** Where `E` leads while the panel has the focus or the pointer: the KQL behind it. */
  readonly exploreHref?: string;
  readonly onExplore?: (event: MouseEvent<HTMLAnchorElement>) => void;
  readonly isStale?: boolean;
  readonly footer?: ReactNode;
  readonly children: ReactNode;
}

/** A titled area of a page. `data-explore` is what the shell looks for when E is pressed. */
export function Panel(props: PanelProps): ReactNode {
  return (
    <section
      className={`panel span-${props.span ?? 4}${props.isStale ? ' stale' : ''}`}
      aria-label={props.title}
      data-explore={props.exploreHref}
    >
      <header className="panel-head">
        <h2>{props.title}</h2>
        {props.unit && <small>{props.unit}</small>}
        <span className="panel-actions">
          {props.actions}
          {props.exploreHref && (
            <a
              href={props.exploreHref}
              onClick={props.onExplore}
              title="Open the KQL behind this panel in Explore (E)"
              aria-label={`KQL of ${props.title}`}
            >
              KQL
            </a>
          )}
        </span>
      </header>
      <div className="panel-body">{props.children}</div>
      {props.footer && <footer className="panel-foot">{props.footer}</footer>}
    </section>
  );
}

/** One number of a row of tiles, leading to the KQL behind it. */
export function Tile(props: {
  readonly label: string;
  readonly value: ReactNode;
  readonly detail?: ReactNode;
  readonly tone?: 'plain' | 'bad' | 'deny' | 'ok';
  readonly href?: string | undefined;
  readonly onOpen?: (event: MouseEvent<HTMLAnchorElement>) => void;
}): ReactNode {
  const body = (
    <>
      <span className="tile-label">{props.label}</span>
      <span className="tile-value">{props.value}</span>
      <span className={`tile-detail ${props.tone ?? 'plain'}`}>
        {props.tone === 'bad' && <Icon name="warn" size={12} />}
        {props.detail}
      </span>
    </>
  );
  if (!props.href) return <div className="tile">{body}</div>;
  return (
    <a className="tile" href={props.href} onClick={props.onOpen} data-explore={props.href}>
      {body}
    </a>
  );
}
