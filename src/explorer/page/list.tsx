/** A list of any length. Only the rows in sight are in the page. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { JSX } from 'preact';

interface Props {
  readonly count: number;
  /** Height of a row, in px. */
  readonly row: number;
  /** The row that must be in sight. */
  readonly current: number;
  readonly label: string;
  readonly draw: (index: number) => JSX.Element;
}

/** Rows beyond the edge that are drawn too. */
const SPARE = 6;

export const List = ({ count, row, current, label, draw }: Props): JSX.Element => {
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(600);
  useEffect(() => {
    const element = box.current!;
    const observer = new ResizeObserver(() => setHeight(element.clientHeight));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    const element = box.current!;
    const y = current * row;
    if (y < element.scrollTop) element.scrollTop = y;
    else if (y + row > element.scrollTop + element.clientHeight) element.scrollTop = y + row - element.clientHeight;
  }, [current, row, count]);
  const from = Math.max(0, Math.floor(top / row) - SPARE);
  const to = Math.min(count, Math.ceil((top + height) / row) + SPARE);
  return (
    <div
      class="list"
      ref={box}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
      role="listbox"
      tabIndex={0}
      aria-label={label}
      aria-activedescendant={current >= from && current < to ? `row-${current}` : undefined}
    >
      <div class="space" style={{ height: `${count * row}px` }} role="presentation">
        {Array.from({ length: to - from }, (_, i) => (
          <div
            key={from + i}
            id={`row-${from + i}`}
            class="row"
            role="option"
            aria-selected={from + i === current}
            aria-setsize={count}
            aria-posinset={from + i + 1}
            style={{ transform: `translateY(${(from + i) * row}px)`, height: `${row}px` }}
          >
            {draw(from + i)}
          </div>
        ))}
      </div>
    </div>
  );
};
