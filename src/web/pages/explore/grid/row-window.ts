import { type RefObject, useEffect, useState } from 'react';

/** Browsers cut taller elements off (Firefox at about 17.8 million pixels); beyond it the scroll bar moves in larger steps. */
const TALLEST_PX = 8_000_000;
const MARGIN_ROWS = 12;

export interface Window {
  /** Of the element that stands for all rows. */
  readonly height: number;
  /** Rows [first, end) are drawn. */
  readonly first: number;
  readonly end: number;
  /** Where the row `first` is drawn, from the top of that element. */
  readonly top: number;
}

/** Which of `count` rows of one height are in sight, in a frame that shows `view` pixels of them and is scrolled by `scroll`. */
export function windowOf(count: number, rowPx: number, view: number, scroll: number): Window {
  const total = count * rowPx;
  const height = Math.min(total, TALLEST_PX);
  const room = Math.max(1, height - view);
  const at = Math.max(0, Math.min(scroll, room));
  const shift = height === total ? at : (at / room) * (total - view);
  const first = Math.max(0, Math.floor(shift / rowPx) - MARGIN_ROWS);
  const end = Math.min(count, Math.ceil((shift + view) / rowPx) + MARGIN_ROWS);
  return { height, first, end, top: at + first * rowPx - shift };
}

/** The scroll that brings a row into sight with the least movement. */
export function scrollTo(
  row: number,
  count: number,
  rowPx: number,
  view: number,
  scroll: number,
): number {
  const total = count * rowPx;
  const height = Math.min(total, TALLEST_PX);
  const room = Math.max(1, height - view);
  const ratio = height === total ? 1 : (total - view) / room;
  const shift = Math.min(scroll, room) * ratio;
  const top = row * rowPx;
  const wanted = top < shift ? top : top + rowPx > shift + view ? top + rowPx - view : shift;
  return wanted === shift ? scroll : Math.max(0, wanted) / ratio;
}

/** Follows a frame as it is scrolled and resized. */
export function useScrolled(frame: RefObject<HTMLElement | null>): {
  readonly scroll: number;
  readonly height: number;
} {
  const [place, setPlace] = useState({ scroll: 0, height: 600 });
  useEffect(() => {
    const box = frame.current;
    if (!box) return;
    const read = () => setPlace({ scroll: box.scrollTop, height: box.clientHeight });
    const watcher = new ResizeObserver(read);
    watcher.observe(box);
    box.addEventListener('scroll', read, { passive: true });
    return () => {
      watcher.disconnect();
      box.removeEventListener('scroll', read);
    };
  }, [frame]);
  return place;
}
