import type { FunctionGroup } from '../dialect/dialect.ts';

export const seriesFunctions: FunctionGroup = {};
