import { type PointerEvent, type ReactNode, useRef, useState } from 'react';
import { readStored, writeStored } from '#web/base/storage.ts';

interface SplitProps {
  /** Under which the browser remembers the size. */
  readonly name: string;
  readonly direction: 'rows' | 'columns';
  /** Pixels of the first pane at first. */
  readonly initial: number;
  readonly least: number;
  /** Pixels that the second pane keeps at least. */
  readonly leaves: number;
  readonly label: string;
  readonly first: ReactNode;
  readonly second: ReactNode;
}

const STEP = 24;

/** Two panes with a separator between them that the pointer and the arrow keys move. */
export function Split(props: SplitProps): ReactNode {
  const { direction, least, leaves } = props;
  const [size, setSize] = useState(() =>
    readStored(`split.${props.name}`, (v): v is number => typeof v === 'number', props.initial),
  );
  const frame = useRef<HTMLDivElement>(null);
  const isRows = direction === 'rows';

  const change = (wanted: number) => {
    const whole = isRows ? frame.current?.offsetHeight : frame.current?.offsetWidth;
    const most = Math.max(least, (whole ?? Number.POSITIVE_INFINITY) - leaves);
    const next = Math.round(Math.min(most, Math.max(least, wanted)));
    setSize(next);
    writeStored(`split.${props.name}`, next);
  };
  const drag = (event: PointerEvent<HTMLDivElement>) => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    const box = frame.current?.getBoundingClientRect();
    if (box) change(isRows ? event.clientY - box.top : event.clientX - box.left);
  };

  return (
    <div ref={frame} className={`split ${isRows ? 'stacked' : 'beside'}`}>
      <div className="split-first" style={isRows ? { height: size } : { width: size }}>
        {props.first}
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: an hr cannot be moved */}
      <div
        className="split-bar"
        role="separator"
        tabIndex={0}
        aria-label={props.label}
        aria-orientation={isRows ? 'horizontal' : 'vertical'}
        aria-valuenow={size}
        aria-valuemin={least}
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
        onPointerMove={drag}
        onKeyDown={(event) => {
          const back = isRows ? 'ArrowUp' : 'ArrowLeft';
          const on = isRows ? 'ArrowDown' : 'ArrowRight';
          if (event.key !== back && event.key !== on) return;
          event.preventDefault();
          change(size + (event.key === on ? STEP : -STEP));
        }}
      />
      <div className="split-second">{props.second}</div>
    </div>
  );
}
