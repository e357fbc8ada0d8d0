import { TableBuilder } from '#core/batch/index.ts';
import { Decoders, formatsByName, ObjectDecoder } from '#core/decode/index.ts';
import { tablesByName } from '#core/schema/index.ts';
import { type InputObject, recycle, START } from '#server/source/index.ts';

/** Rows are only counted: few at a time will do. */
const ROWS = 4096;

/**
 * How many records an object of a format holds, a piece of one at its end included, by reading it and keeping nothing.
 * For copies that end early, of which there are few: it decodes in this thread, a chunk at a time.
 */
export async function countRecords(
  object: InputObject,
  formatName: string,
  signal: AbortSignal,
): Promise<number> {
  const format = formatsByName.get(formatName);
  if (!format) throw new Error(`no such format: ${formatName}`);
  let records = 0;
  const builders = new Map<string, TableBuilder>();
  const decoders = new Decoders({
    builder(name) {
      let builder = builders.get(name);
      if (!builder) {
        const count = ({ rows }: { readonly rows: number }) => {
          records += rows;
        };
        const options = { capacity: ROWS, isLending: true };
        builder = new TableBuilder(tablesByName.get(name)!, count, options);
        builders.set(name, builder);
      }
      return builder;
    },
    problem: () => {
      records++;
    },
  });
  const decoder = new ObjectDecoder(decoders, { object: object.name, ingestedAt: 0, format });
  for await (const chunk of object.open(START, signal)) {
    decoder.push(chunk);
    recycle(chunk);
  }
  decoder.end(object.isFinal);
  for (const builder of builders.values()) builder.flush();
  return records;
}
