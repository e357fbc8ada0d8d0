import type { KqlType } from '../../schema/index.ts';
import type { BoundColumn } from '../bound/expr.ts';
import type { HostFunction, HostValue, Natives } from '../dialect/dialect.ts';
import type { Machine, PlanExpr, SelectItem } from '../plan/plan.ts';
import { asText } from '../runtime/value.ts';
import { printText, readText } from './conversions.ts';
import { type Formula, formula, type Places } from './formula.ts';

/** Walks rows, each a list of texts by the machine's inputs; gives each a list of texts by its outputs. */
export type Walk = (rows: readonly (readonly (string | null)[])[]) => (string | null)[][];

interface Step {
  readonly at: number;
  readonly run: Formula;
}

const NOTHING: (string | null)[] = [];

/** Without natives the machine can be built, which tells whether it can, but not walk. */
function build(machine: Machine, natives: Natives | null): Walk {
  const { inputs, initial, levels, outputs, when } = machine;
  const names = new Map<string, number>();
  for (const { name } of [...inputs, ...initial, ...levels.flat()])
    if (!names.has(name)) names.set(name, names.size);
  const of = (name: string): number => {
    const at = names.get(name);
    if (at === undefined) throw new Error(`the machine has no ${name}`);
    return at;
  };
  const places: Places = { of, natives };
  const stepsOf = (items: readonly SelectItem[]) =>
    items.map(({ name, type, expr }): Step => ({ at: of(name), run: formula(expr, type, places) }));
  const begin = stepsOf(initial);
  const between = levels.slice(0, -1).map(stepsOf);
  const next = stepsOf(levels.at(-1) ?? []);
  const [shown, tests] = [outputs.map(of), when.map(of)];
  const types: readonly KqlType[] = inputs.map((c) => c.type);

  return (rows) => {
    const values: HostValue[] = new Array<HostValue>(names.size).fill(null);
    const ahead: HostValue[] = new Array<HostValue>(next.length).fill(null);
    for (const { at, run } of begin) values[at] = run(values);
    return rows.map((row) => {
      for (const [i, type] of types.entries()) values[i] = readText(row[i] ?? null, type);
      for (const level of between) for (const { at, run } of level) values[at] = run(values);
      for (const [i, { run }] of next.entries()) ahead[i] = run(values);
      for (const [i, { at }] of next.entries()) values[at] = ahead[i] ?? null;
      if (!tests.some((at) => values[at] === true)) return NOTHING;
      return shown.map((at) => printText(values[at] ?? null));
    });
  };
}

/** Refuses a machine that cannot be built, with the position of what cannot. */
export function checkMachine(machine: Machine): void {
  build(machine, null);
}

/** Whether an expression names a value of the state. */
function touches(expr: PlanExpr, state: ReadonlySet<string>): boolean {
  return expr.kind === 'column'
    ? state.has(expr.name)
    : expr.kind === 'call' && expr.args.some((a) => touches(a, state));
}

/** A machine, and what of each row it takes in: what has nothing to do with the state is left to the engine. */
export function machineOf(of: Omit<Machine, 'inputs'>): {
  readonly machine: Machine;
  readonly inputs: readonly PlanExpr[];
} {
  const state = new Set([...of.initial, ...of.levels.flat()].map((s) => s.name));
  const known = new Map<string, { readonly column: BoundColumn; readonly expr: PlanExpr }>();
  const taken = (expr: PlanExpr): PlanExpr => {
    if (expr.kind === 'literal') return expr;
    if (touches(expr, state))
      return expr.kind === 'call' ? { ...expr, args: expr.args.map(taken) } : expr;
    const key = JSON.stringify(expr);
    const column = known.get(key)?.column ?? { name: `$in${known.size}`, type: expr.type };
    known.set(key, { column, expr });
    return { kind: 'column', ...column };
  };
  const levels = of.levels.map((level) => level.map((s) => ({ ...s, expr: taken(s.expr) })));
  const all = [...known.values()];
  return {
    machine: { ...of, levels, inputs: all.map((k) => k.column) },
    inputs: all.map((k) => k.expr),
  };
}

const MOST_KEPT = 16;

/** `weir_walk(machine, rows)`: both JSON; gives JSON. */
export function walkFunction(natives: Natives): HostFunction {
  const built = new Map<string, Walk>();
  const walkOf = (text: string): Walk => {
    const known = built.get(text);
    if (known) return known;
    if (built.size >= MOST_KEPT) built.clear();
    const machine: Machine = JSON.parse(text);
    const made = build(machine, natives);
    built.set(text, made);
    return made;
  };
  return {
    name: 'weir_walk',
    args: ['text', 'text'],
    returns: 'text',
    call: (machine, rows) => {
      if (rows === null || rows === undefined) return null;
      return JSON.stringify(walkOf(asText(machine ?? ''))(JSON.parse(asText(rows))));
    },
  };
}
