export { call, download, RequestFailed, sendFile, type UploadProgress, upload } from './api.ts';
export {
  type Answer,
  Answers,
  asFailure,
  forgetAnswers,
  refresh,
  useChange,
  useKql,
  useKqlList,
  useOpenQueries,
  useRoute,
} from './client.tsx';
export { dataExtent, lastStretch } from './extent.ts';
export { type LiveState, onLive, openLive, readLiveState, watchLiveState } from './live.ts';
export {
  type Cell,
  columnIndex,
  isNumeric,
  type Row,
  toMillis,
  toNumber,
  toRecords,
  toText,
} from './result.ts';
export { Clock, type Scope, useScope, useSelection } from './scope.tsx';
