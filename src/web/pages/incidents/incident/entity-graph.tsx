import { type ReactNode, useId, useState } from 'react';
import type { IncidentTold } from '#core/contract/index.ts';
import { formatCount } from '#web/base/format.ts';
import { Button, Panel } from '#web/widgets/index.ts';
import { type Graph, type GraphEdge, type GraphNode, layOut } from './graph-layout.ts';

const NODE = { width: 140, height: 40 };
const GAP = { x: 56, y: 14 };
const PAD = 6;
const MOST_LETTERS = 19;
const MOST_TITLES = 12;
const NONE: ReadonlySet<string> = new Set();

const left = (node: GraphNode) => PAD + node.column * (NODE.width + GAP.x);
const top = (node: GraphNode) => PAD + node.row * (NODE.height + GAP.y);

/** Who did something to whom. */
export function EntityGraph({ incident }: { readonly incident: IncidentTold }): ReactNode {
  const [opened, setOpened] = useState(NONE);
  const graph = layOut(incident.alertList, opened);
  if (graph.edges.length === 0) return null;
  return (
    <Panel
      title="Who did it to whom"
      span={12}
      actions={
        opened.size > 0 && (
          <Button look="quiet" onClick={() => setOpened(NONE)}>
            Fold
          </Button>
        )
      }
      footer={graph.left > 0 ? `${formatCount(graph.left)} more are not drawn.` : undefined}
    >
      <div className={graph.columns > 2 ? 'entity-graph wide' : 'entity-graph'}>
        <Drawing graph={graph} onOpen={(key) => setOpened(new Set([...opened, key]))} />
      </div>
    </Panel>
  );
}

const isFolded = (node: GraphNode): boolean => node.members.length > 1;

const textOf = (node: GraphNode): string =>
  isFolded(node)
    ? `${formatCount(node.members.length)} ${KINDS[node.type] ?? `of ${node.type.toLowerCase()}`}`
    : (node.members[0] ?? '');

/** What several of a type are called. */
const KINDS: Readonly<Record<string, string>> = {
  IP: 'addresses',
  Host: 'hosts',
  DNS: 'names',
  URL: 'links',
  Account: 'accounts',
};

function Drawing(props: {
  readonly graph: Graph;
  readonly onOpen: (key: string) => void;
}): ReactNode {
  const { graph, onOpen } = props;
  const id = useId();
  const nodes = new Map(graph.nodes.map((n) => [n.key, n]));
  const width = 2 * PAD + graph.columns * NODE.width + (graph.columns - 1) * GAP.x;
  const height = 2 * PAD + graph.rows * NODE.height + (graph.rows - 1) * GAP.y;
  const name = (key: string) => {
    const node = nodes.get(key);
    return node && textOf(node);
  };
  const label = graph.edges
    .map((e) => `${name(e.from)} to ${name(e.to)}: ${titlesOf(e).join('; ')}`)
    .join('. ');
  return (
    <svg viewBox={`0 0 ${width} ${height}`} width={width} height={height}>
      <title>{label}</title>
      <defs>
        <marker
          id={id}
          viewBox="0 0 8 8"
          refX="7"
          refY="4"
          markerWidth="7"
          markerHeight="7"
          orient="auto"
        >
          <path d="M0 0.5L7.5 4L0 7.5z" className="graph-arrow" />
        </marker>
      </defs>
      {graph.edges.map((edge) => {
        const [from, to] = [nodes.get(edge.from), nodes.get(edge.to)];
        return (
          from &&
          to && <Edge key={`${edge.from} ${edge.to}`} edge={edge} from={from} to={to} marker={id} />
        );
      })}
      {graph.nodes.map((node) => (
        <Node key={node.key} node={node} onOpen={() => onOpen(node.key)} />
      ))}
    </svg>
  );
}

function Node(props: { readonly node: GraphNode; readonly onOpen: () => void }): ReactNode {
  const { node, onOpen } = props;
  const folded = isFolded(node);
  const text = textOf(node);
  const place = placeOf(node);
  const look = ['graph-node', node.isInside === false && 'outside', folded && 'folded'];
  const drawn = (
    <>
      <title>{folded ? `Open: ${node.members.join(', ')}` : `${node.type} ${text}`}</title>
      {folded && (
        <rect
          x="4"
          y="-4"
          width={NODE.width - 4}
          height={NODE.height}
          rx="6"
          className="graph-node"
        />
      )}
      <rect
        width={NODE.width}
        height={NODE.height}
        rx="6"
        className={look.filter(Boolean).join(' ')}
      />
      <text x="10" y="17" className="graph-name">
        {text.length > MOST_LETTERS ? `${text.slice(0, MOST_LETTERS - 1)}…` : text}
      </text>
      <text x="10" y="32" className="graph-kind">
        {place}
      </text>
    </>
  );
  const transform = `translate(${left(node)} ${top(node)})`;
  if (!folded) return <g transform={transform}>{drawn}</g>;
  return (
    // biome-ignore lint/a11y/useSemanticElements: HTML has no button inside a drawing
    <g
      transform={transform}
      role="button"
      tabIndex={0}
      aria-label={`${text}, ${place}: open`}
      onClick={onOpen}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        onOpen();
      }}
    >
      {drawn}
    </g>
  );
}

function placeOf(node: GraphNode): string {
  const { type, isInside } = node;
  if (isFolded(node)) {
    if (isInside === undefined) return 'open';
    return isInside ? 'yours · open' : 'outside · open';
  }
  const what = type === 'IP' ? 'address' : type.toLowerCase();
  if (isInside === undefined) return what;
  return isInside ? `your ${what}` : `${what} outside`;
}

const titlesOf = ({ titles }: GraphEdge): readonly string[] =>
  titles.length > MOST_TITLES
    ? [...titles.slice(0, MOST_TITLES), `and ${titles.length - MOST_TITLES} more`]
    : titles;

function Edge(props: {
  readonly edge: GraphEdge;
  readonly from: GraphNode;
  readonly to: GraphNode;
  readonly marker: string;
}): ReactNode {
  const { edge, from, to, marker } = props;
  const isForward = to.column > from.column;
  const start = { x: left(from) + (isForward ? NODE.width : 0), y: top(from) + NODE.height / 2 };
  const end = { x: left(to) + (isForward ? 0 : NODE.width), y: top(to) + NODE.height / 2 };
  const bend = ((isForward ? 1 : -1) * GAP.x) / 1.6;
  const path = `M${start.x} ${start.y}C${start.x + bend} ${start.y} ${end.x - bend} ${end.y} ${end.x} ${end.y}`;
  const isGrave = edge.severity === 'high' || edge.severity === 'critical';
  return (
    <path
      d={path}
      className={isGrave ? 'graph-edge grave' : 'graph-edge'}
      markerEnd={`url(#${marker})`}
    >
      <title>{titlesOf(edge).join('\n')}</title>
    </path>
  );
}
