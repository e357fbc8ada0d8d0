export { type CertificateFiles, CertificateRefused, readCertificate } from './certificate.ts';
export type {
  Asker,
  Body,
  Download,
  HttpDeps,
  HttpOptions,
  IntelService,
  OutputService,
  QueryAnswer,
  QueryService,
  RowForm,
  RuleService,
  StatusService,
  WatchlistService,
} from './deps.ts';
export { createEventHub, type EventHub } from './event-hub.ts';
export {
  createJobs,
  type Ingest,
  type IngestProgress,
  type IngestRequest,
  type Jobs,
} from './jobs.ts';
export { createLog, LOG_LEVELS, type Log, type LogLevel, redactText } from './log.ts';
export { schemaAnswer } from './schema-answer.ts';
export { createHttpServer, type HttpServer, type StartedServer } from './server.ts';
