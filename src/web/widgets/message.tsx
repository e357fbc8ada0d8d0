import { type ReactNode, useEffect, useState } from 'react';
import { formatDuration } from '#web/base/format.ts';
import { hintBeyond } from '#web/base/words.ts';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';

/** Why there is nothing to see, and what to do about it. */
export function Empty(props: { readonly title: string; readonly children?: ReactNode }): ReactNode {
  return (
    <div className="empty">
      <p className="empty-title">{props.title}</p>
      {props.children}
    </div>
  );
}

export interface Failure {
  readonly detail: {
    readonly code: string;
    readonly message: string;
    readonly hint?: string | undefined;
  };
}

/** What went wrong and what to do next. */
export function Failed(props: {
  readonly error: Failure;
  readonly onRetry?: () => void;
  readonly children?: ReactNode;
}): ReactNode {
  const { message } = props.error.detail;
  const hint = hintBeyond(message, props.error.detail.hint);
  return (
    <div className="failed" role="alert">
      <Icon name="error" />
      <div>
        <p>{message}</p>
        {hint && <p className="sub">{hint}</p>}
        {props.onRetry && <Button onClick={props.onRetry}>Try again</Button>}
        {props.children}
      </div>
    </div>
  );
}

/** A remark beside content: something a reader of it should know. */
export function Note(props: {
  readonly tone?: 'info' | 'warn' | 'bad' | 'ok';
  readonly children: ReactNode;
}): ReactNode {
  const tone = props.tone ?? 'info';
  return (
    <div className={`note ${tone}`} role={tone === 'bad' ? 'alert' : 'note'}>
      <Icon name={tone === 'ok' ? 'check' : tone === 'info' ? 'info' : 'warn'} />
      <div>{props.children}</div>
    </div>
  );
}

/** The shape of what is to come; past a second it says for how long it has been waiting. */
export function Loading(props: {
  readonly lines?: number;
  readonly height?: number;
  readonly says?: string;
}): ReactNode {
  const [waitedMs, setWaited] = useState(0);
  useEffect(() => {
    const begun = performance.now();
    const timer = setInterval(() => setWaited(performance.now() - begun), 500);
    return () => clearInterval(timer);
  }, []);
  return (
    <div className="loading" aria-busy="true">
      {props.height ? (
        <div className="shape" style={{ height: props.height }} />
      ) : (
        Array.from({ length: props.lines ?? 4 }, (_, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the lines are all alike
          <div key={i} className="shape line" style={{ width: `${92 - ((i * 23) % 40)}%` }} />
        ))
      )}
      <p className="sub" role="status">
        {waitedMs > 1000
          ? `${props.says ?? 'Still computing'}, ${formatDuration(Math.floor(waitedMs / 1000) * 1000)} so far`
          : ''}
      </p>
    </div>
  );
}
