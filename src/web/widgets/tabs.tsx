import type { ReactNode } from 'react';
import { Icon, type IconName } from './icon.tsx';

export interface Choice<T extends string> {
  readonly value: T;
  readonly text: string;
  readonly icon?: IconName;
  readonly title?: string;
}

/** One of a few, side by side. */
export function Tabs<T extends string>(props: {
  readonly label: string;
  readonly choices: readonly Choice<T>[];
  readonly value: T;
  readonly onChange: (value: T) => void;
  readonly isIconOnly?: boolean;
}): ReactNode {
  return (
    <fieldset className="tabs" aria-label={props.label}>
      {props.choices.map((choice) => (
        <button
          key={choice.value}
          type="button"
          aria-pressed={choice.value === props.value}
          title={choice.title ?? choice.text}
          onClick={() => props.onChange(choice.value)}
        >
          {choice.icon && <Icon name={choice.icon} size={14} />}
          <span className={props.isIconOnly ? 'visually-hidden' : ''}>{choice.text}</span>
        </button>
      ))}
    </fieldset>
  );
}
