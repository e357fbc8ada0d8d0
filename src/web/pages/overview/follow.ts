import type { MouseEvent } from 'react';

/** True when the browser should follow the link itself: a new tab, a window, a download. */
export const isLink = (event: MouseEvent): boolean =>
  event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0;
