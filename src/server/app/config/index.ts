export { type LoadedConfig, loadConfig, printProblems, readText } from './load.ts';
export { type ConfigProblem, type ConfigResult, defaultConfig, readConfig } from './read.ts';
export { type Config, configSchema, type OutputConfig, type SourceConfig } from './schema.ts';
export { readSecret } from './secret.ts';
export { parseDuration, parseListen, parseSize } from './values.ts';
