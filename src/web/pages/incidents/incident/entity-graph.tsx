import { type ReactNode, useId } from 'react';
import type { IncidentTold } from '#core/contract/index.ts';
import { Panel } from '#web/widgets/index.ts';
import { type Graph, type GraphEdge, type GraphNode, layOut } from './graph-layout.ts';

const NODE = { width: 140, height: 40 };
const GAP = { x: 56, y: 14 };
const PAD = 6;
const MOST_LETTERS = 19;

const left = (node: GraphNode) => PAD + node.column * (NODE.width + GAP.x);
const top = (node: GraphNode) => PAD + node.row * (NODE.height + GAP.y);

/** Who did something to whom. */
export function EntityGraph({ incident }: { readonly incident: IncidentTold }): ReactNode {
  const graph = layOut(incident.alertList);
  if (graph.edges.length === 0) return null;
  return (
    <Panel
      title="Who did it to whom"
      span={12}
      footer={graph.left > 0 ? `${graph.left} more are not drawn.` : undefined}
    >
      <div className="entity-graph">
        <Drawing graph={graph} />
      </div>
    </Panel>
  );
}

function Drawing({ graph }: { readonly graph: Graph }): ReactNode {
  const id = useId();
  const nodes = new Map(graph.nodes.map((n) => [n.key, n]));
  const width = 2 * PAD + graph.columns * NODE.width + (graph.columns - 1) * GAP.x;
  const height = 2 * PAD + graph.rows * NODE.height + (graph.rows - 1) * GAP.y;
  const label = graph.edges
    .map((e) => `${nodes.get(e.from)?.text} to ${nodes.get(e.to)?.text}: ${e.titles.join('; ')}`)
    .join('. ');
  return (
    <svg
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      role="img"
      aria-label={label}
    >
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
        <g key={node.key} transform={`translate(${left(node)} ${top(node)})`}>
          <title>{`${node.type} ${node.text}`}</title>
          <rect
            width={NODE.width}
            height={NODE.height}
            rx="6"
            className={node.isInside === false ? 'graph-node outside' : 'graph-node'}
          />
          <text x="10" y="17" className="graph-name">
            {node.text.length > MOST_LETTERS
              ? `${node.text.slice(0, MOST_LETTERS - 1)}…`
              : node.text}
          </text>
          <text x="10" y="32" className="graph-kind">
            {placeOf(node)}
          </text>
        </g>
      ))}
    </svg>
  );
}

function placeOf({ type, isInside }: GraphNode): string {
  const what = type === 'IP' ? 'address' : type.toLowerCase();
  if (isInside === undefined) return what;
  return isInside ? `your ${what}` : `${what} outside`;
}

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
      <title>{edge.titles.join('\n')}</title>
    </path>
  );
}
