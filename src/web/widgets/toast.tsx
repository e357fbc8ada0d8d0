import { type ReactNode, useEffect, useSyncExternalStore } from 'react';

let shown: string | undefined;
const watchers = new Set<() => void>();

function show(text: string | undefined): void {
  shown = text;
  for (const watcher of watchers) watcher();
}

/** Says that something small was done: `Copied`. */
export const say = (text: string): void => show(text);

const watch = (watcher: () => void) => {
  watchers.add(watcher);
  return () => void watchers.delete(watcher);
};

/** The place where such words appear; once per page. */
export function Toasts(): ReactNode {
  const text = useSyncExternalStore(watch, () => shown);
  useEffect(() => {
    if (text === undefined) return;
    const timer = setTimeout(() => show(undefined), 2600);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <div className="toasts" role="status" aria-live="polite">
      {text && <div className="toast">{text}</div>}
    </div>
  );
}

/** Puts text on the clipboard and says so. */
export async function copyText(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    say(`${what} copied`);
  } catch {
    // Browsers refuse without a secure page or permission.
    say('The browser does not let this page use the clipboard');
  }
}
