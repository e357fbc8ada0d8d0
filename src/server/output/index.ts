export { DELIVERY_STATES, type DeliveryState } from './delivery.ts';
export { DeliveryFailure } from './failure.ts';
export { KINDS } from './kinds/index.ts';
export {
  createOutputs,
  type OutputStatus,
  type Outputs,
  type OutputsDeps,
  type Trial,
} from './outputs.ts';
export type { OutputKind, OutputSettings, What } from './settings.ts';
export { alertsReadByAll } from './state.ts';
