import type { ReactNode } from 'react';
import { Icon } from './icon.tsx';

/** A filter that is set: `Direction: inbound ✕`. */
export function FilterChip(props: {
  readonly name: string;
  readonly value: string;
  readonly onRemove: () => void;
}): ReactNode {
  return (
    <span className="chip">
      <span className="sub">{props.name}</span> <b>{props.value}</b>
      <button type="button" aria-label={`Remove the filter ${props.name}`} onClick={props.onRemove}>
        <Icon name="close" size={12} />
      </button>
    </span>
  );
}

export type Tone = 'plain' | 'allow' | 'deny' | 'bad' | 'ok';

/** A word on a soft ground: a state, a tag. */
export function Pill(props: {
  readonly tone?: Tone;
  readonly title?: string;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <span className={`pill ${props.tone ?? 'plain'}`} title={props.title}>
      {props.children}
    </span>
  );
}

/** A dot for a state; the word beside it says the same for those who do not see colours. */
export function Dot(props: {
  readonly tone: Tone;
  readonly label?: string;
  readonly pulses?: boolean;
}): ReactNode {
  return (
    <span
      className={`dot ${props.tone}${props.pulses ? ' pulses' : ''}`}
      {...(props.label
        ? { role: 'img', 'aria-label': props.label, title: props.label }
        : { 'aria-hidden': true })}
    />
  );
}
