export { ChunkEncoder } from './chunk.ts';
export { encodeRows } from './encode-rows.ts';
export { type ParquetFile, type ParquetOptions, ParquetWriter } from './parquet-writer.ts';
