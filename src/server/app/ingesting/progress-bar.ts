import { printCount, printSize } from '../format.ts';
import type { Totals } from './here.ts';

/** How a load goes, on one line of a terminal that is written over; silent elsewhere. */
export interface ProgressBar {
  show(totals: Totals): void;
  /** Prints a message without tearing the line. */
  say(text: string): void;
  end(): void;
}

const REDRAW_MS = 200;
/** Back to the first column, and clear what is there. */
const CLEAR = '\r\u001b[K';

export function createProgressBar(stderr: NodeJS.WritableStream, isTerminal: boolean): ProgressBar {
  let drawnAt = 0;
  let line = '';
  return {
    show(totals) {
      const now = performance.now();
      if (!isTerminal || now - drawnAt < REDRAW_MS) return;
      drawnAt = now;
      line = printLine(totals);
      stderr.write(CLEAR + line);
    },
    say(text) {
      stderr.write(line ? `${CLEAR}${text}${line}` : text);
    },
    end() {
      if (line) stderr.write(CLEAR);
      line = '';
    },
  };
}

function printLine({ objects, records, quarantined, bytes, seconds }: Totals): string {
  const rate = seconds > 0 ? ` · ${printCount(records / seconds)} records/s` : '';
  const bad = quarantined > 0 ? ` · ${printCount(quarantined)} quarantined` : '';
  return `${printCount(objects)} objects · ${printSize(bytes)} · ${printCount(records)} records${bad}${rate}`;
}
