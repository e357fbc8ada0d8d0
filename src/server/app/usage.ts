import type { Command, Flag } from './command.ts';

const WIDTH = 92;

/** `--data DIR`, `--explain`, `--output table|json`. */
export function printFlag(flag: Flag): string {
  if (flag.choices) return `--${flag.name} ${flag.choices.join('|')}`;
  return flag.value ? `--${flag.name} ${flag.value}` : `--${flag.name}`;
}

/** `weir query KQL [flags]`. */
export function printSynopsis(command: Command): string {
  const parts = ['weir', command.name];
  if (command.takes)
    parts.push(command.takes.min === 0 ? `[${command.takes.name}]` : command.takes.name);
  if (command.flags.length > 0) parts.push('[flags]');
  return parts.join(' ');
}

/** The text of `weir help COMMAND`. */
export function printUsage(command: Command): string {
  const lines = [`usage: ${printSynopsis(command)}`, '', command.summary];
  if (command.flags.length > 0)
    lines.push('', ...columns(command.flags.map((f) => [printFlag(f), sentence(f)])));
  for (const note of command.notes) lines.push('', ...wrap(note, WIDTH));
  if (command.examples.length > 0)
    lines.push('', 'examples:', ...command.examples.map((e) => `  ${e}`));
  return `${lines.join('\n')}\n`;
}

/** The text of `weir help`. */
export function printOverview(commands: readonly Command[]): string {
  return [
    'usage: weir COMMAND [flags]',
    '',
    'Network traffic analytics on your own machine: flow logs in, KQL out.',
    '',
    ...columns(commands.map((c) => [c.name, c.summary])),
    '',
    'weir help COMMAND says more. Data lives in --data DIR, else $WEIR_DATA, else ./data.',
    'Exit codes: 0 done, 1 failed, 2 wrong usage.',
    '',
  ].join('\n');
}

function sentence(flag: Flag): string {
  return flag.isMany ? `${flag.meaning} May be repeated.` : flag.meaning;
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const left = Math.min(34, Math.max(...rows.map(([name]) => name.length)) + 2);
  return rows.flatMap(([name, text]) => {
    const wrapped = wrap(text, WIDTH - left - 2);
    const head = name.length < left ? [] : [`  ${name}`];
    return [
      ...head,
      ...wrapped.map(
        (line, i) => `  ${(i === 0 && head.length === 0 ? name : '').padEnd(left)}${line}`,
      ),
    ];
  });
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line && line.length + word.length + 1 > width) {
      lines.push(line);
      line = word;
    } else line = line ? `${line} ${word}` : word;
  }
  lines.push(line);
  return lines;
}
