import { column, type Flow, NOWHERE, select, type Translation } from '../flow.ts';
import { from, item, joined } from '../plugins/relate.ts';
import { asColumns, edgeLines, type GraphFlows, NODE, numberLines, wholeNumber } from './flows.ts';

/** `graph-mark-components`: the number of its component beside each node. */
export function markComponents(
  { nodes, edges }: GraphFlows,
  name: string,
  isStrong: boolean,
  t: Translation,
): Flow {
  const found = asColumns(
    '$graph_components',
    [
      edgeLines(edges),
      numberLines(nodes, NODE),
      { kind: 'literal', type: 'bool', value: isStrong, at: NOWHERE },
    ],
    ['$number', '$component'],
    t,
  );
  const numbers = select(found, [
    item('$number', wholeNumber('$number')),
    item('$component', wholeNumber('$component')),
  ]);
  const marked = joined(
    'inner',
    nodes,
    numbers,
    [{ left: NODE, right: column('$number', 'long') }],
    [
      ...nodes.rel.columns.filter((c) => c.name !== name).map((c) => from('left', c)),
      from('right', { name: '$component', type: 'long' }, name),
    ],
  );
  const kept = nodes.visible.filter((c) => c.name !== name);
  return { ...marked, visible: [...kept, { name, type: 'long' }], open: nodes.open };
}
