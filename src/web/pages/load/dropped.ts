interface Found {
  readonly file: File;
  readonly path: string;
}

/** A folder tree deeper than this is no folder of logs. */
const DEEPEST = 32;
const MOST_FILES = 10_000;

const readFile = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((resolve, reject) => entry.file(resolve, reject));

/** A directory reader hands out its entries in pieces until there are none left. */
async function readFolder(entry: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = entry.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return all;
    all.push(...some);
  }
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;
const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;

async function walk(entry: FileSystemEntry, found: Found[], depth: number): Promise<void> {
  if (depth > DEEPEST || found.length >= MOST_FILES || entry.name.startsWith('.')) return;
  if (isFile(entry))
    found.push({ file: await readFile(entry), path: entry.fullPath.replace(/^\//, '') });
  else if (isFolder(entry))
    for (const child of await readFolder(entry)) await walk(child, found, depth + 1);
}

/** Every file of a drop, folders walked; hidden files are left out. */
export async function filesOfDrop(data: DataTransfer): Promise<readonly Found[]> {
  // The list of items is emptied once the event is over, so entries are taken at once.
  const items = [...data.items].filter((item) => item.kind === 'file');
  const entries = items.map((item) => item.webkitGetAsEntry());
  const loose = [...data.files];
  const found: Found[] = [];
  for (const [i, entry] of entries.entries()) {
    const file = loose[i];
    if (entry) await walk(entry, found, 0);
    else if (file) found.push({ file, path: file.name });
  }
  return found;
}

/** Every file chosen in a file dialog. */
export const filesOfInput = (list: FileList | null): readonly Found[] =>
  [...(list ?? [])]
    .map((file) => ({ file, path: file.webkitRelativePath || file.name }))
    .filter(({ path }) => !path.split('/').some((part) => part.startsWith('.')));
