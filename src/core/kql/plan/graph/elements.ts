import type { KqlType } from '../../../schema/index.ts';
import type { BoundColumn, CallExpr, Expr } from '../../bound/expr.ts';
import type { GraphEdge, GraphMatch } from '../../bound/graph.ts';
import { refuse } from '../../refusal.ts';
import { fresh, NOWHERE, type Translation } from '../flow.ts';

/** How expressions speak of a pattern's elements: `$element.property`, and functions of the edges along a path. */

/** A value for each edge, or each node between them, of an element that stands for several edges, and what comes of it. */
export interface Gather {
  readonly column: string;
  readonly element: string;
  readonly over: 'edges' | 'inner';
  readonly what: 'all' | 'any' | 'map';
  /** Properties are plain columns here; those of other elements keep their names. */
  readonly expr: Expr;
}

export interface Pattern {
  readonly nodes: ReadonlySet<string>;
  readonly edges: ReadonlyMap<string, GraphEdge>;
  readonly nodeProperties: readonly BoundColumn[];
  readonly edgeProperties: readonly BoundColumn[];
}

export function elementColumn(element: string, property: string): string {
  return `$${element}.${property}`;
}

/** The element and the property that a column's name names; null for a plain column. */
function split(name: string): { element: string; property: string | null } | null {
  if (!name.startsWith('$')) return null;
  const dot = name.indexOf('.');
  return dot < 0
    ? { element: name.slice(1), property: null }
    : { element: name.slice(1, dot), property: name.slice(dot + 1) };
}

function visit(expr: Expr, each: (e: Expr) => void): void {
  each(expr);
  if (expr.kind === 'call') for (const a of expr.args) visit(a, each);
}

/** The elements that an expression speaks of. */
export function elementsIn(expr: Expr): Set<string> {
  const out = new Set<string>();
  visit(expr, (e) => {
    const found = e.kind === 'column' ? split(e.name) : null;
    if (found) out.add(found.element);
  });
  return out;
}

/** The properties that an expression asks of the elements of a kind, by name. */
export function propertiesIn(exprs: readonly Expr[], elements: ReadonlySet<string>): Set<string> {
  const out = new Set<string>();
  for (const expr of exprs)
    visit(expr, (e) => {
      const found = e.kind === 'column' ? split(e.name) : null;
      if (found?.property && elements.has(found.element)) out.add(found.property);
    });
  return out;
}

/** The conditions that have to hold together. */
export function conjuncts(expr: Expr): Expr[] {
  return expr.kind === 'call' && expr.name === 'and' ? expr.args.flatMap(conjuncts) : [expr];
}

function change(expr: Expr, replace: (e: Expr) => Expr | null): Expr {
  const replaced = replace(expr);
  if (replaced) return replaced;
  return expr.kind === 'call' ? { ...expr, args: expr.args.map((a) => change(a, replace)) } : expr;
}

const PATH_FUNCTIONS: ReadonlySet<string> = new Set(['all', 'any', 'map']);
const NODE_COLUMNS: Readonly<Record<string, string>> = {
  node_degree_in: '$in',
  node_degree_out: '$out',
  node_id: '$name',
  current_node_id: '$name',
};

const col = (name: string, type: KqlType, at: Expr['at']): Expr => ({
  kind: 'column',
  name,
  type,
  at,
});
const noLabels = (at: Expr['at']): Expr => ({ kind: 'literal', type: 'dynamic', value: '[]', at });

/** Functions of single elements as columns; null for anything else. Graphs made by a query have no labels. */
function elementFunction(e: Expr): Expr | null {
  if (e.kind !== 'call') return null;
  if (e.name === 'labels') return noLabels(e.at);
  const property = NODE_COLUMNS[e.name];
  if (!property) return null;
  const [of] = e.args;
  const type: KqlType = property === '$name' ? 'string' : 'long';
  if (!of) return col(property, type, e.at);
  return of.kind === 'column' && of.name.startsWith('$')
    ? col(`${of.name}.${property}`, type, e.at)
    : refuse(`${e.name}() of anything but a node`, e.at);
}

export function withElementFunctions(expr: Expr): Expr {
  return change(expr, elementFunction);
}

interface PathCall {
  readonly element: string;
  readonly over: 'edges' | 'inner';
  readonly what: Gather['what'];
  readonly expr: Expr;
}

/** `map(edge, …)`, `all(inner_nodes(edge), …)` and their kin. */
function pathCall(e: Expr): PathCall | null {
  if (e.kind !== 'call' || !PATH_FUNCTIONS.has(e.name)) return null;
  const [of, expr] = e.args;
  const isInner = of?.kind === 'call' && of.name === 'inner_nodes';
  const element = isInner ? of.args[0] : of;
  if (!expr || element?.kind !== 'column' || !element.name.startsWith('$'))
    return refuse(`${e.name}()`, e.at, 'takes an edge of the pattern, or inner_nodes() of one');
  visit(expr, (x) => {
    if (x.kind === 'call' && (PATH_FUNCTIONS.has(x.name) || x.name === 'inner_nodes'))
      refuse(`${x.name}() inside ${e.name}()`, x.at);
  });
  const what = e.name === 'all' || e.name === 'any' ? e.name : 'map';
  return { element: element.name.slice(1), over: isInner ? 'inner' : 'edges', what, expr };
}

/** The columns of a plain edge in place of the properties that stand inside all(), any() and map() of it. */
function ofPlainEdge({ element, expr }: PathCall, pattern: Pattern): Expr {
  return change(expr, (e) =>
    e.kind === 'column' && pattern.edgeProperties.some((p) => p.name === e.name)
      ? { ...e, name: elementColumn(element, e.name) }
      : null,
  );
}

/** An edge that is no path is a path of one, without nodes between. */
function overPlainEdge(path: PathCall, at: Expr['at'], pattern: Pattern): Expr {
  if (path.over === 'inner')
    return path.what === 'map'
      ? noLabels(at)
      : { kind: 'literal', type: 'bool', value: path.what === 'all', at };
  const own = ofPlainEdge(path, pattern);
  return path.what === 'map'
    ? { kind: 'call', name: 'pack_array', args: [own], type: 'dynamic', at }
    : own;
}

/** An element by itself: a bag of its properties. */
function bagOf(
  columns: readonly { readonly key: string; readonly column: string; readonly type: KqlType }[],
): CallExpr {
  const args = columns.flatMap(({ key, column, type }): Expr[] => [
    { kind: 'literal', type: 'string', value: key, at: NOWHERE },
    col(column, type, NOWHERE),
  ]);
  return { kind: 'call', name: 'bag_pack', args, type: 'dynamic', at: NOWHERE };
}

/** Properties of the elements that stand for several edges, as columns of the edges themselves. */
export function localTo(element: string, expr: Expr): Expr {
  return change(expr, (e) => {
    const found = e.kind === 'column' ? split(e.name) : null;
    return e.kind === 'column' && found?.element === element && found.property
      ? { ...e, name: found.property }
      : null;
  });
}

/**
 * What an expression of `where` or `project` asks of paths becomes columns, which `gathers` tells how to make. An
 * expression that names a property of a path outside of all(), any() and map() holds for each of its edges: it is
 * wrapped in `wrap`.
 */
export function withGathers(
  given: Expr,
  wrap: 'all' | 'map',
  pattern: Pattern,
  gathers: Gather[],
  t: Translation,
): Expr {
  const isPath = (element: string) => pattern.edges.get(element)?.range !== undefined;
  const gather = (path: PathCall): Expr => {
    const column = fresh(t, '!gather');
    gathers.push({ ...path, expr: withElementFunctions(path.expr), column });
    return col(column, path.what === 'map' ? 'dynamic' : 'bool', given.at);
  };
  const bag = (element: string): Expr => {
    const isNode = pattern.nodes.has(element);
    const properties = isNode ? pattern.nodeProperties : pattern.edgeProperties;
    const name = (property: string) =>
      isPath(element) ? property : elementColumn(element, property);
    return bagOf(properties.map((p) => ({ key: p.name, column: name(p.name), type: p.type })));
  };
  const replace = (e: Expr): Expr | null => {
    const path = pathCall(e);
    if (path) return isPath(path.element) ? gather(path) : overPlainEdge(path, e.at, pattern);
    const found = e.kind === 'column' ? split(e.name) : null;
    if (
      found &&
      found.property === null &&
      (pattern.nodes.has(found.element) || pattern.edges.has(found.element))
    )
      return isPath(found.element)
        ? gather({ element: found.element, over: 'edges', what: 'map', expr: bag(found.element) })
        : bag(found.element);
    return elementFunction(e);
  };
  const changed = change(given, replace);
  const direct = [...elementsIn(changed)].filter(isPath);
  const [path, another] = direct;
  if (path === undefined) return changed;
  if (another !== undefined || gathers.some((g) => elementsIn(changed).has(g.column.slice(1))))
    return refuse(
      'an expression over several paths',
      given.at,
      'is not supported: use map(), all() or any() for each',
    );
  return gather({ element: path, over: 'edges', what: wrap, expr: localTo(path, changed) });
}

/** The condition that every edge, or every inner node, of a path has to meet; null where a condition is of another kind. */
export function everyOf(
  expr: Expr,
  pattern: Pattern,
): { readonly element: string; readonly over: 'edges' | 'inner'; readonly expr: Expr } | null {
  const path = pathCall(expr);
  const isPath = (element: string) => pattern.edges.get(element)?.range !== undefined;
  if (path) {
    if (path.what !== 'all' || !isPath(path.element)) return null;
    if ([...elementsIn(path.expr)].length > 0) return null;
    return { ...path, expr: withElementFunctions(path.expr) };
  }
  const [element, another] = elementsIn(expr);
  let isPlain = true;
  visit(expr, (e) => {
    if (pathCall(e) || (e.kind === 'column' && split(e.name)?.property === null)) isPlain = false;
  });
  return element !== undefined && another === undefined && isPlain && isPath(element)
    ? { element, over: 'edges', expr: localTo(element, expr) }
    : null;
}

/** Every expression of a match, for what it asks of elements. */
export function expressionsOf(match: GraphMatch): Expr[] {
  return [...(match.condition ? [match.condition] : []), ...match.items.map((i) => i.expr)];
}
