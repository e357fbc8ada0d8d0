export { Kernel } from './kernel.ts';
