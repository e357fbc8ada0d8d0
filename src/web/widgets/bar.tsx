import type { ReactNode } from 'react';

export interface BarPart {
  readonly value: number;
  readonly tone: 'allow' | 'deny' | 'bad' | 'other';
  readonly name: string;
}

/** A bar inside a table: parts of `of`, each in its colour, denied and malicious also hatched. */
export function Bar(props: {
  readonly parts: readonly BarPart[];
  readonly of: number;
  readonly label: string;
}): ReactNode {
  const of = Math.max(props.of, 1e-9);
  return (
    <div className="bar" role="img" aria-label={props.label} title={props.label}>
      {props.parts.map((part) => (
        <i
          key={part.name}
          className={part.tone}
          style={{ width: `${part.value > 0 ? Math.max((100 * part.value) / of, 0.8) : 0}%` }}
        />
      ))}
    </div>
  );
}
