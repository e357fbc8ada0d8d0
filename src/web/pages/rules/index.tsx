import './rules.css';
import { type ReactNode, useState } from 'react';
import { hasRole, type RuleTold } from '#core/contract/index.ts';
import { plural } from '#web/base/format.ts';
import { useLocation, useSearch } from '#web/base/router.ts';
import { useRoute } from '#web/query/index.ts';
import { Button, type Choice, Note, Tabs } from '#web/widgets/index.ts';
import { DetectorList } from './detector-list.tsx';
import { EditDialog } from './edit-dialog.tsx';
import { RuleList } from './rule-list.tsx';
import { BLANK, readHanded, ruleOf } from './words.ts';

type View = 'rules' | 'detectors';
const VIEWS: readonly Choice<View>[] = [
  { value: 'rules', text: 'Rules', title: 'Queries that run on a schedule or on arrival' },
  { value: 'detectors', text: 'Detectors', title: 'What Weir looks for by itself' },
];

/** What looks for attacks: rules in files, and detectors; their state, cost, alerts and precision. */
export default function Rules(): ReactNode {
  const [path, navigate] = useLocation();
  const search = new URLSearchParams(useSearch());
  const view: View = search.get('view') === 'detectors' ? 'detectors' : 'rules';
  // A query that another page hands over to become a rule.
  const handed = readHanded(search);
  const begun = handed && ruleOf(handed);
  const answer = useRoute('rules', {}, { everyMs: () => 15_000 });
  const me = useRoute('me', {});
  const [isNew, setNew] = useState(begun !== undefined);
  const mayChange = me.data !== undefined && hasRole(me.data.role, 'analyst');
  const { data } = answer;
  const refused = data?.problems.filter((p) => p.level === 'refused') ?? [];
  return (
    <div className="page rules">
      <div className="rules-head">
        <Tabs
          label="View"
          choices={VIEWS}
          value={view}
          onChange={(next) => navigate(next === 'rules' ? path : `${path}?view=${next}`)}
        />
        {mayChange && view === 'rules' && (
          <Button look="main" icon="plus" onClick={() => setNew(true)}>
            New rule
          </Button>
        )}
      </div>
      {data && view === 'rules' && <p className="rules-says">{summary(data.rules, data.waitMs)}</p>}
      {refused.length > 0 && view === 'rules' && (
        <Note tone="warn">
          <p>{plural(refused.length, 'rule')} could not be taken from its file:</p>
          <ul className="rules-problems">
            {refused.slice(0, 5).map((p) => (
              <li key={`${p.file} ${p.line} ${p.message}`}>
                <span className="mono">
                  {p.file}:{p.line ?? 1}
                </span>{' '}
                {p.message}. {p.advice}
              </li>
            ))}
            {refused.length > 5 && <li className="sub">and {refused.length - 5} more</li>}
          </ul>
        </Note>
      )}
      {view === 'rules' ? <RuleList answer={answer} /> : <DetectorList answer={answer} />}
      {isNew && mayChange && (
        <EditDialog
          title="New rule"
          file={begun?.file ?? 'my-first-rule.yaml'}
          text={begun?.text ?? BLANK}
          isNew
          onClose={() => setNew(false)}
        />
      )}
    </div>
  );
}

/** The state of all rules in a sentence. */
function summary(rules: readonly RuleTold[], waitMs: number): string {
  const count = (state: RuleTold['state']) => rules.filter((r) => r.state === state).length;
  const failing = count('failing');
  const parts = [
    `${plural(count('on') + failing, 'rule')} ${count('on') + failing === 1 ? 'runs' : 'run'}`,
    ...(count('resting') > 0 ? [`${count('resting')} rest until their tables have rows`] : []),
    ...(count('off') > 0 ? [`${count('off')} are off`] : []),
  ];
  const trouble = failing > 0 ? ` ${plural(failing, 'rule')} failed the last time.` : '';
  return `${parts.join(', ')}.${trouble} Each window is looked at ${Math.round(waitMs / 1000)} s after its end, when the slowest source has told.`;
}
