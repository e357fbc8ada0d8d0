import { type InputHTMLAttributes, type ReactNode, useId } from 'react';

interface FieldProps extends InputHTMLAttributes<HTMLInputElement> {
  readonly label: string;
  readonly hint?: string;
  readonly error?: string | undefined;
}

/** A labelled input with its hint or its error beneath. */
export function Field({ label, hint, error, ...rest }: FieldProps): ReactNode {
  const id = useId();
  const below = error ?? hint;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        {...rest}
        aria-invalid={error !== undefined}
        {...(below ? { 'aria-describedby': `${id}-below` } : {})}
      />
      {below && (
        <p id={`${id}-below`} className={error ? 'field-error' : 'sub'}>
          {below}
        </p>
      )}
    </div>
  );
}

/** A labelled choice of one among few. */
export function Select<V extends string>(props: {
  readonly label: string;
  readonly value: V;
  readonly choices: readonly { readonly value: V; readonly text: string }[];
  readonly hint?: string | undefined;
  readonly onChange: (value: V) => void;
}): ReactNode {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{props.label}</label>
      <select
        id={id}
        className="input"
        value={props.value}
        aria-describedby={props.hint ? `${id}-below` : undefined}
        onChange={(event) => {
          const chosen = props.choices.find((c) => c.value === event.target.value);
          if (chosen) props.onChange(chosen.value);
        }}
      >
        {props.choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.text}
          </option>
        ))}
      </select>
      {props.hint && (
        <p id={`${id}-below`} className="sub">
          {props.hint}
        </p>
      )}
    </div>
  );
}
