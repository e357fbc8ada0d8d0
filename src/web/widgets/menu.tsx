import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { Icon } from './icon.tsx';

interface MenuProps {
  /** What the button shows. */
  readonly text: ReactNode;
  /** What the button is for, read aloud. */
  readonly label: string;
  readonly look?: string;
  readonly hasArrow?: boolean;
  /** The contents; `close` puts it away. Rendered while open only. */
  readonly children: (close: () => void) => ReactNode;
}

const MARGIN = 8;

/** A button that opens a native popover beside itself. Escape and a click elsewhere close it; focus comes back. */
export function Menu({
  text,
  label,
  look = 'chip-button',
  hasArrow = true,
  children,
}: MenuProps): ReactNode {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const popover = useRef<HTMLDivElement>(null);
  const [isOpen, setOpen] = useState(false);

  useEffect(() => {
    if (!isOpen) return;
    const place = () => {
      const anchor = button.current?.getBoundingClientRect();
      const box = popover.current;
      if (!anchor || !box) return;
      const left = Math.min(anchor.left, innerWidth - box.offsetWidth - MARGIN);
      const below = anchor.bottom + 4;
      const top =
        below + box.offsetHeight > innerHeight - MARGIN
          ? innerHeight - box.offsetHeight - MARGIN
          : below;
      box.style.left = `${Math.max(MARGIN, left)}px`;
      box.style.top = `${Math.max(MARGIN, top)}px`;
    };
    place();
    popover.current?.querySelector<HTMLElement>('[data-first],input,button,a')?.focus();
    addEventListener('resize', place);
    return () => removeEventListener('resize', place);
  }, [isOpen]);

  return (
    <>
      <button
        type="button"
        ref={button}
        className={look}
        popoverTarget={id}
        aria-haspopup="dialog"
        aria-expanded={isOpen}
        aria-label={label}
      >
        {text}
        {hasArrow && <Icon name="down" size={12} />}
      </button>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: arrow keys move between the buttons inside, which are reachable by Tab as well */}
      <div
        id={id}
        ref={popover}
        popover="auto"
        className="menu"
        onToggle={(event) => setOpen(event.newState === 'open')}
        onKeyDown={moveFocus}
      >
        {isOpen && children(() => popover.current?.hidePopover())}
      </div>
    </>
  );
}

/** A menu at a point of the window, open while it is mounted. Escape and a click elsewhere close it; focus comes back. */
export function MenuAt(props: {
  readonly x: number;
  readonly y: number;
  readonly label: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}): ReactNode {
  const { x, y } = props;
  const popover = useRef<HTMLDivElement>(null);
  const close = useRef(props.onClose);
  close.current = props.onClose;
  useEffect(() => {
    const box = popover.current;
    if (!box) return;
    const before = document.activeElement;
    const onToggle = (event: ToggleEvent) => event.newState === 'closed' && close.current();
    box.showPopover();
    box.addEventListener('toggle', onToggle);
    box.style.left = `${Math.max(MARGIN, Math.min(x, innerWidth - box.offsetWidth - MARGIN))}px`;
    box.style.top = `${Math.max(MARGIN, Math.min(y, innerHeight - box.offsetHeight - MARGIN))}px`;
    box.querySelector<HTMLElement>('button')?.focus();
    return () => {
      box.removeEventListener('toggle', onToggle);
      if (before instanceof HTMLElement && !document.querySelector('dialog[open]')) before.focus();
    };
  }, [x, y]);
  return (
    <div
      ref={popover}
      popover="auto"
      className="menu"
      role="dialog"
      aria-label={props.label}
      onKeyDown={moveFocus}
    >
      {props.children}
    </div>
  );
}

function moveFocus(event: React.KeyboardEvent<HTMLDivElement>): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>('.menu-item')];
  if (items.length === 0) return;
  event.preventDefault();
  const at = items.findIndex((item) => item.contains(document.activeElement));
  const step = event.key === 'ArrowDown' ? 1 : -1;
  items[(at + step + items.length) % items.length]?.focus();
}

export function MenuItem(props: {
  readonly isChosen?: boolean;
  readonly detail?: ReactNode;
  readonly onSelect: () => void;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <button
      type="button"
      className="menu-item"
      aria-pressed={props.isChosen ?? false}
      onClick={props.onSelect}
    >
      <span className="menu-mark">{props.isChosen && <Icon name="check" size={12} />}</span>
      <span className="menu-text">{props.children}</span>
      {props.detail !== undefined && <span className="sub">{props.detail}</span>}
    </button>
  );
}
