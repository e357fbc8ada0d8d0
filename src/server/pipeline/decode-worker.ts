import { parentPort } from 'node:worker_threads';
import { decodeUtf8 } from '#core/base/index.ts';
import { type Decoder, formatsByName, type ProblemCode } from '#core/decode/index.ts';
import type { ProblemSample, RunCounts, WorkerReply, WorkerRequest } from './messages.ts';
import { SegmentBuilder } from './segment-builder.ts';

/** Problems of one code of one object that are kept as samples between two seals; all are counted. */
const MOST_SAMPLES = 10;
const EXCERPT_BYTES = 512;

interface Counts {
  stored: number;
  quarantined: number;
  readonly problems: Partial<Record<ProblemCode, number>>;
  readonly samples: ProblemSample[];
}

/** Decodes units into segments; lives in a worker thread, one object of state per thread. */
const segments = new SegmentBuilder();
const decoders = new Map<string, Decoder>();
let runs = new Map<number, Counts>();
let current: Counts = countsOf(0);

function countsOf(run: number): Counts {
  let counts = runs.get(run);
  if (!counts) {
    counts = { stored: 0, quarantined: 0, problems: {}, samples: [] };
    runs.set(run, counts);
  }
  return counts;
}

function problem(code: ProblemCode, offset: number, detail: string, excerpt?: Uint8Array): void {
  const count = (current.problems[code] ?? 0) + 1;
  current.problems[code] = count;
  current.quarantined++;
  if (count > MOST_SAMPLES) return;
  current.samples.push({
    code,
    offset,
    detail,
    excerpt: excerpt ? decodeUtf8(excerpt.subarray(0, EXCERPT_BYTES)) : '',
  });
}

function decoderOf(name: string): Decoder {
  let decoder = decoders.get(name);
  if (!decoder) {
    const format = formatsByName.get(name);
    if (!format) throw new Error(`no such format: ${name}`);
    decoder = format.open({
      builder: (table) => segments.builder(table),
      kernel: segments.kernel,
      problem,
    });
    decoders.set(name, decoder);
  }
  return decoder;
}

function send(reply: WorkerReply, transfer: ArrayBuffer[] = []): void {
  parentPort!.postMessage(reply, transfer);
}

parentPort?.on('message', (request: WorkerRequest) => {
  if (request.kind === 'stop') parentPort!.close();
  else if (request.kind === 'decode') {
    const { run, unit, object, offset, context, ingestedAt } = request;
    current = countsOf(run);
    const before = segments.rows;
    const quarantined = current.quarantined;
    decoderOf(request.format).decode(unit, { object, offset, context, ingestedAt });
    segments.relieve();
    const stored = segments.rows - before;
    current.stored += stored;
    send({
      kind: 'decoded',
      buffer: unit.buffer instanceof SharedArrayBuffer ? unit.buffer : null,
      bytes: unit.length,
      run,
      stored,
      quarantined: current.quarantined - quarantined,
    });
  } else {
    const sealed = segments.seal();
    const counts: RunCounts[] = [...runs].map(([run, { stored, problems, samples }]) => ({
      run,
      stored,
      problems,
      samples,
    }));
    runs = new Map();
    send(
      { kind: 'sealed', epoch: request.epoch, segments: sealed, runs: counts },
      sealed.map((s) => s.bytes.buffer),
    );
  }
});
