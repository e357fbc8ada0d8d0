import type { FunctionGroup, FunctionRow } from '../dialect/dialect.ts';
import { bagFunctions } from './bags.ts';
import { captureFunctions } from './capture.ts';
import { convertFunctions } from './convert.ts';
import { dynamicFunctions } from './dynamic.ts';
import { extraFunctions } from './extras.ts';
import { geoFunctions } from './geo.ts';
import { geoCellFunctions } from './geo-cells.ts';
import { geoShapeFunctions } from './geo-shapes.ts';
import { graphFunctions } from './graph.ts';
import { gridFunctions } from './grid.ts';
import { matchFunctions } from './match.ts';
import { mathFunctions } from './math.ts';
import { networkFunctions } from './network.ts';
import { operators } from './operators.ts';
import { seriesFunctions } from './series.ts';
import { moreSeriesFunctions } from './series-more.ts';
import { sketchFunctions } from './sketches.ts';
import { templateFunctions } from './templates.ts';
import { textFunctions } from './text.ts';
import { timeFunctions } from './time.ts';

const GROUPS: readonly FunctionGroup[] = [
  operators,
  matchFunctions,
  convertFunctions,
  templateFunctions,
  textFunctions,
  timeFunctions,
  mathFunctions,
  dynamicFunctions,
  networkFunctions,
  seriesFunctions,
  moreSeriesFunctions,
  graphFunctions,
  gridFunctions,
  extraFunctions,
  sketchFunctions,
  bagFunctions,
  captureFunctions,
  geoFunctions,
  geoCellFunctions,
  geoShapeFunctions,
];

function collect(groups: readonly FunctionGroup[]): Map<string, FunctionRow> {
  const out = new Map<string, FunctionRow>();
  for (const group of groups)
    for (const [name, row] of Object.entries(group)) {
      if (out.has(name)) throw new Error(`the function ${name} is declared twice`);
      out.set(name, row);
    }
  return out;
}

/** Every scalar function and operator that Weir computes, by its KQL name; names with `$` are the planner's own. */
export const FUNCTIONS: ReadonlyMap<string, FunctionRow> = collect(GROUPS);
