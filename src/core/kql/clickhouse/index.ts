export { LACKS } from './lacks.ts';
export { type PrintedStage, printClickhouseStage } from './print.ts';
export { ranged, readHostValue } from './scope.ts';
export type { PrintOptions } from './statement.ts';
export type { HostArgument, Step } from './steps.ts';
export { CLICKHOUSE_TYPES, quoteName, quoteText } from './types.ts';
