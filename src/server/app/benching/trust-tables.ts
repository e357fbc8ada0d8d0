import type { Benched } from './bench.ts';
import { ratio, type Table } from './table.ts';

export function ablationTable({ ablation, truth }: Benched): Table {
  return {
    title: 'What each part is worth',
    says: 'The same findings told again with one family of evidence left out, or with another weight.',
    columns: ['changed', 'found', 'alerts', 'wrong', 'wrong, for 1,000 entities and a day'],
    rows: ablation.map((s) => [
      s.name,
      `${s.found.size} of ${truth.length}`,
      s.alerts,
      s.wrong.length,
      s.wrongPerThousand.toFixed(1),
    ]),
  };
}

export function artefactsTable({ artefacts }: Benched): Table {
  return {
    title: 'Accidents of the invention',
    says: 'How well one field that should not matter tells attacks from the rest, as the area under the ROC curve of the best rule on it: 0.5 tells nothing. Above 0.75 the numbers of this page could not be trusted.',
    columns: ['field', 'area'],
    rows: artefacts.map(({ field, area }) => [field, ratio(area)]),
  };
}

export function costTable({ seconds, costs }: Benched): Table {
  return {
    title: 'Cost',
    says: `Ingesting took ${seconds.ingest.toFixed(1)} s, counting ${seconds.count.toFixed(1)} s, looking at all days ${seconds.detect.toFixed(1)} s. The longest look of each detector:`,
    columns: ['detector', 'seconds'],
    rows: [...costs].map(([name, ms]) => [name, (ms / 1000).toFixed(1)]),
  };
}
