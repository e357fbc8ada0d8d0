import { type ReactNode, useState } from 'react';
import { exploreHref } from '#web/base/explore-link.ts';
import { Link } from '#web/base/router.ts';
import { printSelection } from '#web/base/selection.ts';
import { formatMoment } from '#web/base/time-text.ts';
import {
  type RequestFailed,
  refresh,
  toRecords,
  useKqlList,
  useSelection,
} from '#web/query/index.ts';
import { Button, Failed, Icon, Loading } from '#web/widgets/index.ts';
import { type Change, type Context, chooseChanges, FINDINGS, type Step } from './changes/index.ts';

const MOST = 6;

/** What changed, as a person would tell a colleague; at most a handful, and a plain word when nothing did. */
export function WhatChanged(props: { readonly context: Context }): ReactNode {
  const { context } = props;
  const [showsAll, setShowsAll] = useState(false);
  const questions = FINDINGS.map((finding) => finding.kql(context));
  const answers = useKqlList(questions);
  const isOpen = answers.some((answer) => answer.isLoading);
  const failed = answers.find((answer) => answer.error)?.error;
  const changes = chooseChanges(
    FINDINGS.flatMap((finding, i) => {
      const data = answers[i]?.data;
      if (questions[i] !== undefined && !data) return [];
      return finding.judge(data ? toRecords(data) : [], context);
    }),
  );

  if (changes.length === 0 && isOpen)
    return (
      <div className="changes">
        <div className="panel change">
          <Loading lines={2} says="Looking for what changed" />
        </div>
      </div>
    );
  if (changes.length === 0) return <Quiet context={context} failed={failed} />;
  const shown = showsAll ? changes : changes.slice(0, MOST);
  return (
    <section className="changes" aria-label="What changed">
      {failed && (
        <div className="changes-failed">
          <Failed error={failed} onRetry={() => refresh('query', 'status')} />
        </div>
      )}
      {shown.map((change) => (
        <ChangeCard key={change.id} change={change} />
      ))}
      {changes.length > MOST && (
        <div className="changes-more">
          <Button look="quiet" onClick={() => setShowsAll(!showsAll)}>
            {showsAll ? 'Show fewer' : `Show ${changes.length - MOST} more`}
          </Button>
        </div>
      )}
    </section>
  );
}

const ICONS = { bad: 'error', deny: 'warn', info: 'info' } as const;
const WORDS = { bad: 'Needs a look', deny: 'Unusual', info: 'Good to know' } as const;

function ChangeCard(props: { readonly change: Change }): ReactNode {
  const { change } = props;
  return (
    <article className={`panel change ${change.tone}`}>
      <p>
        <span className="change-mark" title={WORDS[change.tone]}>
          <Icon name={ICONS[change.tone]} />
          <span className="visually-hidden">{WORDS[change.tone]}: </span>
        </span>
        <b>{change.news}</b>
        {change.rest}
      </p>
      <p className="why">{change.why}</p>
      <p className="steps">
        {change.steps.map((step) => (
          <StepLink key={step.text} step={step} />
        ))}
      </p>
    </article>
  );
}

function StepLink(props: { readonly step: Step }): ReactNode {
  const { selection, search } = useSelection();
  const { step } = props;
  const href =
    'kql' in step
      ? exploreHref(step.kql)
      : 'page' in step
        ? pageHref(step.page, search)
        : `/${printSelection({ ...selection, filters: { ...selection.filters, ...step.filters } })}`;
  return <Link href={href}>{step.text}</Link>;
}

/** A page that is narrowed already takes no more of this one. */
const pageHref = (page: string, search: string): string =>
  page.includes('?') ? page : `${page}${search}`;

function Quiet(props: {
  readonly context: Context;
  readonly failed: RequestFailed | undefined;
}): ReactNode {
  const { scope } = props.context;
  const since = scope.previous?.from ?? scope.interval.from;
  if (props.failed)
    return (
      <section className="changes" aria-label="What changed">
        <Failed error={props.failed} onRetry={() => refresh('query', 'status')} />
      </section>
    );
  return (
    <section className="changes" aria-label="What changed">
      <div className="panel change quiet">
        <p>
          <span className="change-mark">
            <Icon name="check" />
          </span>
          <b>Quiet.</b> Nothing unusual since {formatMoment(since)}.
        </p>
      </div>
    </section>
  );
}
