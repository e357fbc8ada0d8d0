export { ChunkEncoder } from './chunk.ts';
export { type ParquetFile, type ParquetOptions, ParquetWriter } from './parquet-writer.ts';
