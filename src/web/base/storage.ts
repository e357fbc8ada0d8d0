/** Reads JSON that this page stored in the browser; `otherwise` when there is none or it no longer fits. */
export function readStored<T>(key: string, fits: (value: unknown) => value is T, otherwise: T): T {
  const text = localStorage.getItem(`weir.${key}`);
  if (text === null) return otherwise;
  try {
    const value: unknown = JSON.parse(text);
    return fits(value) ? value : otherwise;
  } catch {
    // Written by another version or by hand: as good as absent.
    return otherwise;
  }
}

/** Stores JSON in the browser. A full or forbidden storage is no reason to fail: what is stored here is convenience. */
export function writeStored(key: string, value: unknown): void {
  try {
    localStorage.setItem(`weir.${key}`, JSON.stringify(value));
  } catch {
    // Quota or privacy mode.
  }
}

/** A text that outlives a change of pages, not the tab. */
export const readDraft = (key: string): string => sessionStorage.getItem(`weir.${key}`) ?? '';

export function writeDraft(key: string, text: string): void {
  try {
    sessionStorage.setItem(`weir.${key}`, text);
  } catch {
    // Quota or privacy mode.
  }
}
