/** Puts the data into the page: one file, which opens from disk and needs no network. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { pack } from '../pack.js';
import type { Exploration } from '../shape.js';

/** The file of the page, which the build writes. */
const PAGE = fileURLToPath(new URL('../../page/explorer.html', import.meta.url));

/** The place of the data in the page. */
const PLACE = '<!--exploration-->';

/** JSON that can stand in markup: no text in it ends the element or begins a comment. */
const inMarkup = (json: string): string => json.replaceAll('<', '\\u003c');

/** The length above which data are compressed: the page of a long run then loads sooner, and is small enough to send. */
const MOST_PLAIN = 200_000;

const dataOf = (exploration: Exploration): string => {
  const { head, blocks } = pack(exploration);
  return blocks.length === 0 && head.length <= MOST_PLAIN
    ? `<script type="application/json" id="exploration">${inMarkup(head)}</script>`
    : `<script type="application/gzip" id="exploration">${gzipSync([head, ...blocks].join('\n')).toString('base64')}</script>`;
};

/** The page of an exploration. */
export const htmlOf = (exploration: Exploration): string => {
  const page = readFileSync(PAGE, 'utf8');
  const data = dataOf(exploration);
  const at = page.indexOf(PLACE);
  return page.slice(0, at) + data + page.slice(at + PLACE.length);
};
