export { KqlEditor } from './kql-editor.tsx';
export type { EditorHandle } from './types.ts';
