import { readdirSync, readFileSync } from 'node:fs';

/** What a process and all that it started use; Linux only. */
export interface TreeUse {
  readonly cpuSeconds: number;
  readonly residentMiB: number;
}

/** Ticks of the clock in a second: 100 on every Linux that Node runs on. */
const TICKS = 100;
const PAGE = 4096;

interface Process {
  readonly pid: number;
  readonly parent: number;
  /** Its own and those of children that it has waited for. */
  readonly ticks: number;
  readonly pages: number;
}

function readProcess(pid: number): Process | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name of the program is in brackets and may hold anything; fields follow the last one.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const at = (i: number) => Number(fields[i]);
    return { pid, parent: at(1), ticks: at(11) + at(12) + at(13) + at(14), pages: at(21) };
  } catch {
    return undefined;
  }
}

/** Sums over the process and its descendants that are alive; those that ended are in their parents' seconds. */
export function readTree(root: number): TreeUse {
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readProcess(Number(name)) ?? []);
  const children = Map.groupBy(processes, (p) => p.parent);
  let [ticks, pages] = [0, 0];
  const open = processes.filter((p) => p.pid === root);
  for (let next = open.pop(); next; next = open.pop()) {
    ticks += next.ticks;
    pages += next.pages;
    open.push(...(children.get(next.pid) ?? []));
  }
  return { cpuSeconds: ticks / TICKS, residentMiB: (pages * PAGE) / 2 ** 20 };
}

/** Watches a tree until told to stop; gives its seconds so far and the most memory that it held at once. */
export function watchTree(root: number): () => { cpuSeconds: number; peakMiB: number } {
  const before = readTree(root).cpuSeconds;
  let [cpuSeconds, peakMiB] = [0, 0];
  const look = () => {
    const now = readTree(root);
    cpuSeconds = Math.max(cpuSeconds, now.cpuSeconds - before);
    peakMiB = Math.max(peakMiB, now.residentMiB);
  };
  const timer = setInterval(look, 200);
  return () => {
    look();
    clearInterval(timer);
    return { cpuSeconds, peakMiB };
  };
}
