/** Graphs. Source: https://learn.microsoft.com/kusto/query/graph-operators and the pages it leads to. */
export const GRAPH: Readonly<Record<string, string>> = {
  'make-graph':
    'Makes a graph of rows: each row is an edge between the nodes that two columns name.\nFlows | make-graph SrcIp --> DestIp with_node_id=Ip',
  'graph-match':
    'Finds every place of a graph where a pattern of nodes and edges fits. An edge with a range is a path; cycles= is unique_edges (when left out), none or all.\n… | graph-match (a)-[path*1..3]->(b) where a.Ip == "10.0.0.4" project b.Ip, map(path, DestPort)',
  'graph-shortest-paths':
    'Finds the shortest paths between nodes. output= is any (when left out: one for each two nodes) or all.\n… | graph-shortest-paths (a)-[path*1..5]->(b) where a.Ip == "10.0.0.4" project b.Ip, map(path, DestIp)',
  'graph-mark-components':
    'Gives each node the number of the connected part of the graph that it is in. kind= is weak (when left out) or strong.\n… | graph-mark-components with_component_id=Part | graph-to-table nodes',
  'graph-to-table': 'The nodes, or the edges, of a graph as a table.\n… | graph-to-table nodes',
  'graph-where-nodes': 'Keeps the nodes for which a condition holds, and the edges between them.',
  'graph-where-edges': 'Keeps the edges for which a condition holds, and every node.',
  all: 'In a match of a graph: whether a condition holds for every edge of a path.\nall(path, DestPort == 22)',
  map: 'In a match of a graph: a value for each edge of a path, in order.\nmap(path, DestPort)',
  inner_nodes:
    'In a match of a graph: the nodes between the ends of a path, for all(), any() and map().\nmap(inner_nodes(path), Ip)',
  labels: 'The labels of a node or an edge; a graph that a query makes has none.',
  node_degree_in: 'How many edges lead to a node.',
  node_degree_out: 'How many edges lead away from a node.',
  node_id: 'The id of a node, as a text.',
  current_node_id: 'Inside inner_nodes(): the id of each node, as a text.',
};
