import type { ReactNode } from 'react';
import type { Diagnostic, Fix } from '#core/contract/index.ts';
import { Icon } from '#web/widgets/index.ts';

const MOST = 3;

/** What is wrong, in words beside the underlining, and what would mend it. */
export function Problems(props: {
  readonly found: readonly Diagnostic[];
  readonly onGo: (start: number) => void;
  readonly onFix: (fix: Fix) => void;
}): ReactNode {
  // Suggestions are underlined; here is only what is in the way.
  const found = props.found.filter((d) => d.severity !== 'information');
  if (found.length === 0) return null;
  return (
    <ul className="problems" aria-label="Problems in the query">
      {found.slice(0, MOST).map((d) => (
        <li key={`${d.start} ${d.message}`} className={d.severity}>
          <button type="button" className="problem" onClick={() => props.onGo(d.start)}>
            <Icon name={d.severity === 'error' ? 'error' : 'warn'} size={14} />
            <span className="sub">
              {d.line}:{d.column}
            </span>
            <span>
              {d.message} {d.hint && <span className="sub">{d.hint}</span>}
            </span>
          </button>
          {d.fixes.map((fix) => (
            <button key={fix.title} type="button" className="link" onClick={() => props.onFix(fix)}>
              {fix.title}
            </button>
          ))}
        </li>
      ))}
      {found.length > MOST && <li className="sub more">{found.length - MOST} more</li>}
    </ul>
  );
}
