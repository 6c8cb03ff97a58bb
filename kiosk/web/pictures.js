// Owns the page's drawings, all decoration: every one stands beside words. Knows no screen.

import { html } from "htm/preact";

const PATHS = {
  check_in: "M20 46 40 66 76 26 M8 8h80v80H8z",
  walk_in: "M12 28h72v14a8 8 0 0 0 0 16v14H12V58a8 8 0 0 0 0-16z M40 28v44",
  reports: "M24 8h36l16 16v64H24z M60 8v16h16 M36 44h28 M36 58h28 M36 72h16",
  passed: "M48 12a36 36 0 1 1-33 21 M12 12v22h22 M48 28v22l14 10",
  place: "M20 24h4 M36 24h44 M20 48h4 M36 48h44 M20 72h4 M36 72h44",
  help: "M30 40a18 18 0 1 1 36 0 18 18 0 1 1-36 0z M14 88c0-22 14-30 34-30s34 8 34 30",
  away: "M12 40c20-20 52-20 72 0 M26 56c12-12 32-12 44 0 M48 74v2 M14 86 82 14",
  done: "M48 8a40 40 0 1 0 .1 0z M30 48l13 14 24-28",
  attention: "M48 12 88 82H8z M48 38v20 M48 68v2",
  person: "M30 32a18 18 0 1 1 36 0 18 18 0 1 1-36 0z M14 88c0-22 14-34 34-34s34 12 34 34",
};

/**
 * A line drawing of 96 units.
 *
 * @param {{name: keyof typeof PATHS}} props
 */
export function Icon({ name }) {
  return html`<svg class="icon" viewBox="0 0 96 96" aria-hidden="true" focusable="false">
    <path d=${PATHS[name]} />
  </svg>`;
}

/** A card that comes down onto the reader, again and again. */
export function CardOnReader() {
  return html`<svg class="reader-picture" viewBox="0 0 640 420" aria-hidden="true" focusable="false">
    <rect class="reader-base" x="110" y="270" width="420" height="110" rx="24" />
    <rect class="reader-light" x="180" y="300" width="280" height="12" rx="6" />
    <g class="reader-waves"><path d="M270 250c30-26 70-26 100 0" /><path d="M240 220c48-42 112-42 160 0" /></g>
    <g class="reader-card">
      <rect x="190" y="40" width="260" height="160" rx="18" />
      <circle cx="250" cy="105" r="26" />
      <path d="M300 90h110 M300 120h80 M220 165h190" />
    </g>
  </svg>`;
}
