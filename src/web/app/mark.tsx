import type { ReactNode } from 'react';

export function Mark(): ReactNode {
  return (
    <span className="mark">
      <svg
        width="20"
        height="20"
        viewBox="0 0 20 20"
        fill="none"
        stroke="currentColor"
        strokeWidth="2"
        strokeLinecap="round"
        aria-hidden="true"
      >
        <path d="M2 6h7v5h9M2 11h4v5h12" />
      </svg>
      Weir
    </span>
  );
}
