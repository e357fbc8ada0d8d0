import { edgeList, numbers, stepsOf } from './graph.ts';

/** By node number: the number of its component, from 0 in the order of the nodes. */
export function findComponents(
  edges: string,
  nodes: string,
  isStrong: boolean,
): Map<number, number> {
  const list = edgeList(edges);
  const all = numbers(nodes).sort();
  return numbered(all, isStrong ? strongRoots(list, all) : weakRoots(list));
}

function numbered(all: Int32Array, rootOf: (node: number) => number): Map<number, number> {
  const ids = new Map<number, number>();
  const out = new Map<number, number>();
  for (const node of all) {
    const root = rootOf(node);
    if (!ids.has(root)) ids.set(root, ids.size);
    out.set(node, ids.get(root)!);
  }
  return out;
}

function weakRoots(list: Int32Array): (node: number) => number {
  const parents = new Map<number, number>();
  const find = (node: number): number => {
    let root = node;
    for (let up = parents.get(root); up !== undefined && up !== root; up = parents.get(root))
      root = up;
    for (let at = node; at !== root; ) {
      const up = parents.get(at)!;
      parents.set(at, root);
      at = up;
    }
    return root;
  };
  for (let i = 0; i < list.length; i += 3) {
    const [a, b] = [find(list[i + 1]!), find(list[i + 2]!)];
    if (a !== b) parents.set(Math.max(a, b), Math.min(a, b));
  }
  return find;
}

/** Tarjan's strongly connected components, without recursion. */
function strongRoots(list: Int32Array, all: Int32Array): (node: number) => number {
  const steps = stepsOf(list, 'forward');
  const roots = new Map<number, number>();
  const order = new Map<number, number>();
  const low = new Map<number, number>();
  const open: number[] = [];
  const isOpen = new Set<number>();
  for (const start of all) {
    if (order.has(start) || start >= steps.size) continue;
    const path: { node: number; at: number }[] = [];
    const enter = (node: number) => {
      order.set(node, order.size);
      low.set(node, order.get(node)!);
      open.push(node);
      isOpen.add(node);
      path.push({ node, at: steps.first[node]! });
    };
    enter(start);
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const { node } = top;
      if (top.at < steps.first[node + 1]!) {
        const to = steps.to[top.at++]!;
        if (!order.has(to)) enter(to);
        else if (isOpen.has(to)) low.set(node, Math.min(low.get(node)!, order.get(to)!));
        continue;
      }
      path.pop();
      const above = path.at(-1)?.node;
      if (above !== undefined) low.set(above, Math.min(low.get(above)!, low.get(node)!));
      if (low.get(node) !== order.get(node)) continue;
      for (let member = open.pop(); member !== undefined; member = open.pop()) {
        isOpen.delete(member);
        roots.set(member, node);
        if (member === node) break;
      }
    }
  }
  return (node) => roots.get(node) ?? node;
}
