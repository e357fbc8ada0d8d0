import type { FunctionGroup } from '../dialect/dialect.ts';

export const mathFunctions: FunctionGroup = {};
