export { type ParsedYaml, parseYaml, parseYamlDocuments } from './yaml.ts';
