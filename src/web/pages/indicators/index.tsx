import './indicators.css';
import { type ReactNode, useState } from 'react';
import { hasRole } from '#core/contract/index.ts';
import { useLocation, useSearch } from '#web/base/router.ts';
import { useRoute } from '#web/query/index.ts';
import { Button, type Choice, Tabs } from '#web/widgets/index.ts';
import { AddDialog } from './add-dialog.tsx';
import { Feeds } from './feeds.tsx';
import { Sightings } from './sightings.tsx';
import { Values } from './values.tsx';
import { parseShown, printShown, type Shown, type View } from './views.ts';

const VIEW_CHOICES: readonly Choice<View>[] = [
  { value: 'sightings', text: 'Sightings', title: 'Hosts that had to do with a bad address' },
  { value: 'feeds', text: 'Feeds' },
  { value: 'values', text: 'Indicators', title: 'What is looked for' },
];

/** What is known to be bad, where it comes from, and who met it. */
export default function Indicators(): ReactNode {
  const [path, navigate] = useLocation();
  const shown = parseShown(useSearch());
  const me = useRoute('me', {});
  const [isAdding, setAdding] = useState(false);
  const mayChange = me.data !== undefined && hasRole(me.data.role, 'analyst');
  const change = (part: Partial<Shown>) =>
    navigate(`${path}${printShown({ ...shown, ...part })}`, {
      // Typing is one step of the history, not one a letter.
      replace: part.text !== undefined,
    });
  return (
    <div className="page">
      <div className="indicator-head">
        <Tabs
          label="View"
          choices={VIEW_CHOICES}
          value={shown.view}
          onChange={(view) => change({ view })}
        />
        {mayChange && (
          <Button look="main" icon="plus" onClick={() => setAdding(true)}>
            Add indicator
          </Button>
        )}
      </div>
      {shown.view === 'sightings' && <Sightings mayChange={mayChange} />}
      {shown.view === 'feeds' && <Feeds mayChange={mayChange} />}
      {shown.view === 'values' && (
        <Values text={shown.text} onText={(text) => change({ text })} mayChange={mayChange} />
      )}
      {isAdding && <AddDialog onClose={() => setAdding(false)} />}
    </div>
  );
}
