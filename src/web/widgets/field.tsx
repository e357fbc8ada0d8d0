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
