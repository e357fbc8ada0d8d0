import type { FunctionGroup } from '../dialect/dialect.ts';

export const networkFunctions: FunctionGroup = {};
