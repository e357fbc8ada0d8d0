export { answerRequests } from './answer.ts';
export { startWorker, type Worker, type WorkerOptions } from './start.ts';
