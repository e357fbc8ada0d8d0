export { type BaselineOptions, type Baselines, createBaselines } from './create-baselines.ts';
