export { type AzureSourceOptions, createAzureSource } from './azure-source.ts';
export { createFileObject, createFileSource, type FileSourceOptions } from './file.ts';
export { openPlace, PlaceError } from './place.ts';
export { recycle } from './raw.ts';
export { createRecogniser, type Recogniser } from './recognise.ts';
export type { Mark, Progress, Recognised, Trail } from './recognised.ts';
export {
  type FollowOptions,
  type InputObject,
  ObjectGone,
  type ReadFrom,
  type Reading,
  type ReadProblem,
  type SkipReason,
  type Source,
  SourceError,
  type SourceHealth,
  START,
} from './source.ts';
export { createStdinSource } from './stream.ts';
