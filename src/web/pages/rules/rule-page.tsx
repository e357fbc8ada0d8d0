import './rules.css';
import { type ReactNode, useState } from 'react';
import { hasRole, type RuleWhole } from '#core/contract/index.ts';
import { exploreHref } from '#web/base/explore-link.ts';
import { formatDuration, plural } from '#web/base/format.ts';
import { Link, useLocation, useParams } from '#web/base/router.ts';
import { asFailure, useChange, useRoute } from '#web/query/index.ts';
import {
  Ago,
  Button,
  Confirm,
  Failed,
  Loading,
  Moment,
  Note,
  Num,
  Panel,
  Pill,
  say,
} from '#web/widgets/index.ts';
import { EditDialog } from './edit-dialog.tsx';
import { State } from './rule-list.tsx';
import { costOf, severityTone } from './words.ts';

const DAYS = 30;

/** One rule: whether to have it on, what it asks, and what it would have said. */
export default function RulePage(): ReactNode {
  const id = decodeURIComponent(useParams()['id'] ?? '');
  const answer = useRoute('rule', { id });
  const me = useRoute('me', {});
  const [isEditing, setEditing] = useState(false);
  const rule = answer.data;
  if (answer.error)
    return (
      <div className="page">
        <Failed error={answer.error} onRetry={answer.retry}>
          <Link href="/rules">All rules</Link>
        </Failed>
      </div>
    );
  if (!rule)
    return (
      <div className="page">
        <Loading lines={8} says="Fetching the rule" />
      </div>
    );
  const mayChange = me.data !== undefined && hasRole(me.data.role, 'analyst');
  return (
    <div className="page rule">
      <header className="rule-head">
        <p className="sub">
          <Link href="/rules">Rules</Link> / {rule.id}
        </p>
        <h1>{rule.name}</h1>
        <p>
          <State rule={rule} /> <Pill tone={severityTone(rule.severity)}>{rule.severity}</Pill>{' '}
          {[...rule.tactics, ...rule.techniques].map((name) => (
            <Pill key={name}>{name}</Pill>
          ))}
        </p>
        {mayChange && <Actions rule={rule} onEdit={() => setEditing(true)} />}
      </header>
      {rule.error && (
        <Note tone="bad">
          <p>The last run failed: {rule.error}</p>
        </Note>
      )}
      {rule.warnings.length > 0 && (
        <Note>
          {rule.warnings.map((warning) => (
            <p key={warning}>Not as it is written: {warning}.</p>
          ))}
        </Note>
      )}
      <WouldHaveFired rule={rule} />
      <Panel title="Query" unit={rule.schedule} span={12} exploreHref={exploreHref(rule.query)}>
        <pre className="mono rule-query">{rule.query}</pre>
      </Panel>
      <About rule={rule} />
      {isEditing && (
        <EditDialog
          title={rule.isWritable ? `Edit ${rule.file}` : 'A copy of your own'}
          file={rule.isWritable ? rule.file : `my-${rule.file.split('/').at(-1) ?? 'rule.yaml'}`}
          text={
            rule.isWritable ? rule.text : rule.text.replace(/^id: .*$/m, (line) => `${line}-copy`)
          }
          onClose={() => setEditing(false)}
        />
      )}
    </div>
  );
}

function Actions({
  rule,
  onEdit,
}: {
  readonly rule: RuleWhole;
  readonly onEdit: () => void;
}): ReactNode {
  const enable = useChange('enableRule', ['rules', 'rule']);
  const [isRemoving, setRemoving] = useState(false);
  const isOff = rule.state === 'off';
  const failure = asFailure(enable.error);
  return (
    <div className="rule-actions">
      <Button
        look={isOff ? 'main' : 'plain'}
        disabled={enable.isPending}
        onClick={() =>
          enable.mutate(
            { id: rule.id, isEnabled: isOff },
            { onSuccess: () => say(isOff ? `${rule.name} runs now` : `${rule.name} is off`) },
          )
        }
      >
        {isOff ? 'Switch on' : 'Switch off'}
      </Button>
      <Button onClick={onEdit}>{rule.isWritable ? 'Edit' : 'Copy and edit'}</Button>
      {rule.isRemovable && <Button onClick={() => setRemoving(true)}>Delete</Button>}
      {isRemoving && <Remove rule={rule} onClose={() => setRemoving(false)} />}
      {failure && <Failed error={failure} />}
    </div>
  );
}

function Remove({
  rule,
  onClose,
}: {
  readonly rule: RuleWhole;
  readonly onClose: () => void;
}): ReactNode {
  const remove = useChange('removeRule', ['rules']);
  const [, navigate] = useLocation();
  return (
    <Confirm
      title={`Delete ${rule.file}?`}
      action={`Delete ${rule.file}`}
      isBusy={remove.isPending}
      error={asFailure(remove.error)}
      onClose={onClose}
      onConfirm={() =>
        remove.mutate(
          { id: rule.id },
          {
            onSuccess: ({ file }) => {
              say(`${file} deleted`);
              navigate('/rules');
            },
          },
        )
      }
    >
      <p>
        The file goes from the data folder for good. Alerts and incidents of {rule.name} stay.
        {rule.alongside.length > 0 &&
          ` In the same file, and gone with it: ${rule.alongside.join(', ')}.`}
      </p>
    </Confirm>
  );
}

/** What the rule would have done, before anybody switches it on. */
function WouldHaveFired({ rule }: { readonly rule: RuleWhole }): ReactNode {
  const answer = useRoute('ruleHistory', { id: rule.id, days: DAYS });
  const { data } = answer;
  return (
    <Panel title="Would have fired" unit={`looking back up to ${DAYS} days`} span={12}>
      {answer.error && <Failed error={answer.error} onRetry={answer.retry} />}
      {!data && !answer.error && <Loading lines={2} says="Running it over what is stored" />}
      {data && (
        <>
          <p className="rule-verdict">
            {data.fired === 0
              ? 'It would have stayed silent'
              : `It would have fired ${times(data.fired)}, in ${plural(data.alerts, 'different alert')}`}
            {' since '}
            <Moment at={Date.parse(data.from)} />
            {data.isWhole
              ? ', as far as flows are stored.'
              : ': time ran out before older flows were looked at.'}
          </p>
          {data.examples.length > 0 && (
            <ul className="rule-examples">
              {data.examples.map((example) => (
                <li key={`${example.title} ${example.first}`}>
                  <Link href={exploreHref(example.query)}>{example.title}</Link>{' '}
                  <span className="sub">
                    <Moment at={Date.parse(example.last)} />
                  </span>
                </li>
              ))}
            </ul>
          )}
          <p className="sub">
            {plural(data.runs, 'window')} in {formatDuration(data.elapsedMs)}
          </p>
        </>
      )}
    </Panel>
  );
}

const times = (count: number) => (count === 1 ? 'once' : `${count} times`);

function About({ rule }: { readonly rule: RuleWhole }): ReactNode {
  const cost = costOf(rule);
  return (
    <>
      <Panel title="What it is about" span={6}>
        <p className="rule-text">{rule.description || 'It says nothing about itself.'}</p>
        <List title="What to do next" of={rule.nextSteps} />
        <List title="What harmless thing looks the same" of={rule.falsePositives} />
        <List title="Written for" of={rule.connectors} />
        <List title="Read more" of={rule.references} />
      </Panel>
      <Panel title="What it did" unit="in seven days" span={6}>
        <dl className="rule-facts">
          <dt>Runs</dt>
          <dd>
            <Num value={rule.runs} unit="none" />
          </dd>
          <dt>Findings</dt>
          <dd>
            <Num value={rule.findings} unit="none" />
          </dd>
          <dt>Cost</dt>
          <dd>{cost === undefined ? 'has not run' : `${formatDuration(cost)} a run`}</dd>
          <dt>Last run</dt>
          <dd>{rule.ranAt === null ? 'never' : <Ago at={Date.parse(rule.ranAt)} />}</dd>
          <dt>Last fired</dt>
          <dd>{rule.firedAt === null ? 'never' : <Ago at={Date.parse(rule.firedAt)} />}</dd>
          <dt>File</dt>
          <dd className="mono">{rule.file}</dd>
          <dt>Version</dt>
          <dd>{rule.version}</dd>
          <dt>Samples</dt>
          <dd>
            {rule.tests.length === 0
              ? 'none of its own'
              : `${plural(rule.tests.filter((t) => t.isFiring).length, 'firing one')}, ${plural(rule.tests.filter((t) => !t.isFiring).length, 'silent one')}`}
          </dd>
        </dl>
      </Panel>
    </>
  );
}

function List({
  title,
  of,
}: {
  readonly title: string;
  readonly of: readonly string[];
}): ReactNode {
  if (of.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <ul className="rule-list">
        {of.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
    </>
  );
}
