import { type ReactNode, useEffect, useId, useState } from 'react';
import type { RulesChecked } from '#core/contract/index.ts';
import { plural } from '#web/base/format.ts';
import { asFailure, useChange } from '#web/query/index.ts';
import { Button, Dialog, Failed, Field, Icon, say } from '#web/widgets/index.ts';

/** Typing pauses for so long before the text is checked. */
const PAUSE_MS = 600;

/** The text of a rule file: checked while one types, with lines, and its own tests run. */
export function EditDialog(props: {
  readonly title: string;
  readonly file: string;
  readonly text: string;
  readonly isNew?: boolean;
  readonly onClose: () => void;
}): ReactNode {
  const [file, setFile] = useState(props.file);
  const [text, setText] = useState(props.text);
  const check = useChange('checkRules');
  const put = useChange('putRuleFile', ['rules', 'rule', 'ruleHistory']);
  const id = useId();
  const { mutate } = check;
  useEffect(() => {
    const timer = setTimeout(() => mutate({ text }), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, mutate]);
  const isRefused = check.data?.problems.some((p) => p.level === 'refused') ?? true;
  const failure = asFailure(put.error);
  return (
    <Dialog title={props.title} look="wide" onClose={props.onClose}>
      <form
        className="rule-editor"
        onSubmit={(event) => {
          event.preventDefault();
          put.mutate(
            { file, text },
            {
              onSuccess: () => {
                say(`${file} kept`);
                props.onClose();
              },
            },
          );
        }}
      >
        {(props.isNew || file !== props.file) && (
          <Field
            label="File"
            value={file}
            onChange={(event) => setFile(event.target.value)}
            hint="In the folder rules of the data folder."
          />
        )}
        <label htmlFor={id} className="visually-hidden">
          Text of the rule
        </label>
        <textarea
          id={id}
          className="input mono"
          rows={22}
          spellCheck={false}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <Checked checked={check.data} isChecking={check.isPending} />
        {failure && <Failed error={failure} />}
        <p className="dialog-actions">
          <Button onClick={props.onClose}>Cancel</Button>
          <Button
            look="main"
            type="submit"
            disabled={isRefused || check.isPending || put.isPending}
          >
            Keep
          </Button>
        </p>
      </form>
    </Dialog>
  );
}

function Checked({
  checked,
  isChecking,
}: {
  readonly checked: RulesChecked | undefined;
  readonly isChecking: boolean;
}): ReactNode {
  if (!checked) return <p className="sub">Checking …</p>;
  const failed = checked.trials.filter((t) => !t.hasPassed);
  return (
    <div className="rule-checked" aria-live="polite">
      {checked.problems.map((p) => (
        <p key={`${p.line} ${p.message}`} className={p.level === 'refused' ? 'field-error' : 'sub'}>
          <Icon name={p.level === 'refused' ? 'error' : 'info'} size={14} /> line {p.line ?? 1}:{' '}
          {p.message}. {p.advice}
        </p>
      ))}
      {failed.map((t) => (
        <p key={t.test} className="field-error">
          <Icon name="warn" size={14} /> {t.test}: {t.why}
        </p>
      ))}
      {checked.problems.length === 0 && failed.length === 0 && (
        <p className="sub">
          {isChecking
            ? 'Checking …'
            : `${plural(checked.rules.length, 'rule')} can run; ${plural(checked.trials.length, 'test')} passed.`}
        </p>
      )}
    </div>
  );
}
