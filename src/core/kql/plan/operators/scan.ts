import type { Operator } from '../../bound/expr.ts';
import { refuse } from '../../refusal.ts';
import type { Flow, Translation } from '../flow.ts';
import { windowCalls } from '../windows.ts';
import type { OperatorTable } from './operator.ts';
import { scanSteps } from './scan-steps.ts';

type Scan = Extract<Operator, { op: 'scan' }>;

function translateScan(flow: Flow, o: Scan, t: Translation): Flow {
  const [step] = o.steps;
  if (!step) return refuse('scan without steps', o.at);
  if (!flow.isSerialized && o.orderBy.length === 0)
    return refuse('scan', o.at, 'needs rows in order: put serialize, sort or top before it');
  const looking = [step.condition, ...step.assignments.map((a) => a.expr)].flatMap((e) =>
    windowCalls(e),
  )[0];
  if (looking)
    return refuse(
      `${looking.name}() inside scan`,
      looking.at,
      'does not exist: name a step to see its last row',
    );
  return scanSteps(flow, o, t);
}

export const scanOperators: OperatorTable = { scan: translateScan };
