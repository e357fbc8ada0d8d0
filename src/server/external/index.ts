export { ExternalError } from './errors.ts';
export { createExternalReader, type ExternalReader, type WrittenRows } from './reader.ts';
