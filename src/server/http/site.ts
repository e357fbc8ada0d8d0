import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { chooseEncoding, compress, type Encoding } from './compress.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};
const PACKED = new Set(['.ico', '.png', '.woff2']);

interface SiteFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly type: string;
  readonly etag: string;
  readonly isPacked: boolean;
  /** The build puts a hash of the content into the name: the file under one name never changes. */
  readonly isHashed: boolean;
  readonly packed: Map<Encoding, Promise<Uint8Array<ArrayBuffer> | undefined>>;
}

/** The built page. */
export interface Site {
  /** The answer for a path; undefined when there is no such file and it is not a page of the application. */
  answer(path: string, request: Request): Promise<Response | undefined>;
}

/**
 * Reads the built page into memory, a few megabytes: only what was there at the start is ever served, so that no path
 * leads anywhere else. Paths without the ending of a file are pages of the application and get index.html.
 */
export async function loadSite(root: string): Promise<Site> {
  const files = new Map<string, SiteFile>();
  const names = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of names) {
    const type = TYPES[extname(entry.name)];
    if (!entry.isFile() || type === undefined || entry.name.startsWith('.')) continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = new Uint8Array(await readFile(path));
    const url = `/${relative(root, path).split(sep).join('/')}`;
    files.set(url, {
      bytes,
      type,
      etag: createHash('sha256').update(bytes).digest('base64url').slice(0, 22),
      isPacked: PACKED.has(extname(entry.name)),
      isHashed: /^\/assets\/.*-[\w-]{8,}\.\w+$/.test(url),
      packed: new Map(),
    });
  }
  return {
    async answer(path, request) {
      const found = files.get(path);
      if (found) return answerFile(found, request);
      if (FILE_ENDING.test(path)) return undefined;
      const page = files.get('/index.html');
      return page ? answerFile(page, request) : notBuilt();
    },
  };
}

/** Of files, not of addresses: `/hunting/10.2.0.9` is a page. */
const FILE_ENDING = /\.[a-z]\w*$/i;

async function answerFile(file: SiteFile, request: Request): Promise<Response> {
  const encoding = file.isPacked
    ? undefined
    : chooseEncoding(request.headers.get('accept-encoding'));
  const packed = await pack(file, encoding);
  const etag = `"${file.etag}${packed ? `-${encoding}` : ''}"`;
  const headers = new Headers({
    'Content-Type': file.type,
    ETag: etag,
    'Cache-Control': file.isHashed ? 'public, max-age=31536000, immutable' : 'no-cache',
    Vary: 'Accept-Encoding',
  });
  const known = request.headers
    .get('if-none-match')
    ?.split(',')
    .map((tag) => tag.trim().replace(/^W\//, ''));
  if (known?.some((tag) => tag === etag || tag === '*'))
    return new Response(null, { status: 304, headers });
  if (packed && encoding) headers.set('Content-Encoding', encoding);
  return new Response(packed ?? file.bytes, { headers });
}

function pack(file: SiteFile, encoding: Encoding): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const known = file.packed.get(encoding);
  if (known) return known;
  const work = compress(file.bytes, encoding, 'once');
  file.packed.set(encoding, work);
  return work;
}

function notBuilt(): Response {
  return new Response(
    'The web page has not been built. Start Weir with `npm start` or `./weir serve`, which builds it. The API answers.\n',
    {
      status: 503,
      headers: { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' },
    },
  );
}
