import { type ReactNode, useState } from 'react';
import type { AlertTold } from '#core/contract/index.ts';
import { exploreHref } from '#web/base/explore-link.ts';
import { formatCount, formatShare } from '#web/base/format.ts';
import { Link } from '#web/base/router.ts';
import { formatInterval } from '#web/base/time-text.ts';
import { Button, Pill } from '#web/widgets/index.ts';
import { SeverityPill } from '../severity.tsx';
import { intervalOf, tacticWords, VERDICT_WORDS } from '../words.ts';
import { Evidence } from './evidence.tsx';
import { JudgeDialog } from './judge-dialog.tsx';
import { SuppressDialog } from './suppress-dialog.tsx';

interface CardProps {
  readonly alert: AlertTold;
  readonly mayAct: boolean;
  /** Everything said of it is on view at once. */
  readonly isOpen?: boolean;
  readonly onSplit?: (() => void) | undefined;
}

/** One alert as a person would tell it: what, why, what proves it. */
export function AlertCard({ alert, mayAct, isOpen = false, onSplit }: CardProps): ReactNode {
  const [dialog, setDialog] = useState<'suppress' | 'judge'>();
  const [shows, setShows] = useState<string>();
  const [proof] = alert.evidence;
  return (
    <article
      className="alert-card"
      aria-label={alert.title}
      data-explore={proof && exploreHref(proof.kql)}
    >
      <p className="alert-when sub">{formatInterval(intervalOf(alert))}</p>
      <h3>
        <SeverityPill severity={alert.severity} /> {alert.title}
      </h3>
      <ul className="alert-reasons">
        {alert.reasons.map((reason) => (
          <li key={reason}>{reason}</li>
        ))}
      </ul>
      <p className="alert-steps">
        {alert.evidence.map(({ kql, rows }, i) => (
          <span key={kql} className="alert-proof">
            <Link href={exploreHref(kql)}>
              {rows > 0 ? `The ${formatCount(rows)} rows` : 'The rows'} that prove it
              {alert.evidence.length > 1 ? ` (${i + 1})` : ''}
            </Link>
            <button
              type="button"
              className="link"
              aria-expanded={shows === kql}
              onClick={() => setShows(shows === kql ? undefined : kql)}
            >
              {shows === kql ? 'hide' : 'here'}
            </button>
          </span>
        ))}
      </p>
      {shows !== undefined && <Evidence kql={shows} />}
      {isOpen && alert.nextSteps.length > 0 && (
        <ol className="next-steps" aria-label="What to do next">
          {alert.nextSteps.map((step) => (
            <li key={step}>{step}</li>
          ))}
        </ol>
      )}
      <details className="alert-more" open={isOpen}>
        <summary>How it was weighed</summary>
        <Weighed alert={alert} />
      </details>
      <footer>
        <span className="sub">
          {alert.finder.name}
          {alert.tactics.length > 0 && ` · ${alert.tactics.map(tacticWords).join(', ')}`}
          {alert.techniques.length > 0 && ` · ${alert.techniques.join(', ')}`}
        </span>
        {alert.verdict && <Pill>{VERDICT_WORDS[alert.verdict].text}</Pill>}
        {mayAct && (
          <span className="alert-actions">
            <Button look="quiet" onClick={() => setDialog('suppress')}>
              Suppress…
            </Button>
            <Button look="quiet" onClick={() => setDialog('judge')}>
              Verdict…
            </Button>
            {onSplit && (
              <Button look="quiet" onClick={onSplit} title="Move it to an incident of its own">
                Split off
              </Button>
            )}
          </span>
        )}
      </footer>
      {dialog === 'suppress' && (
        <SuppressDialog alert={alert} onClose={() => setDialog(undefined)} />
      )}
      {dialog === 'judge' && <JudgeDialog alert={alert} onClose={() => setDialog(undefined)} />}
    </article>
  );
}

function Weighed({ alert }: { readonly alert: AlertTold }): ReactNode {
  const features = Object.entries(alert.features);
  return (
    <div className="alert-weighed">
      <p>
        Weight {alert.weight.toFixed(2)}: confidence {formatShare(alert.confidence)}
        {alert.findings > 1 && `, ${formatCount(alert.findings)} findings`}.
      </p>
      {alert.decisions.map((decision) => (
        <p key={decision}>{decision}</p>
      ))}
      {features.length > 0 && (
        <dl className="facts">
          {features.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd className="mono">{featureText(value)}</dd>
            </div>
          ))}
        </dl>
      )}
      {Object.entries(alert.customDetails).map(([name, values]) => (
        <p key={name}>
          {name}: <span className="mono">{values.join(', ')}</span>
        </p>
      ))}
      {alert.falsePositives.length > 0 && (
        <p>
          Looks the same and is harmless:{' '}
          {alert.falsePositives.map((text) => text.replace(/\.$/, '')).join('; ')}.
        </p>
      )}
    </div>
  );
}

function featureText(value: unknown): string {
  if (Array.isArray(value)) return value.map(featureText).join(', ');
  if (typeof value === 'number' && !Number.isInteger(value))
    return String(Number(value.toPrecision(4)));
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
