/** The page with its data in it: one file, which opens from disk and needs no network. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Exploration } from '../../explorer/shape.js';

/** Where the build has put the page. */
const PAGE = fileURLToPath(new URL('../../page/explorer.html', import.meta.url));

/** Where the data come in it. */
const PLACE = '<!--exploration-->';

/** JSON that can stand in markup: nothing in it ends the element, or begins a comment. */
const inMarkup = (json: string): string => json.replaceAll('<', '\\u003c');

/** The page of an exploration. */
export const htmlOf = (exploration: Exploration): string => {
  const page = readFileSync(PAGE, 'utf8');
  const data = `<script type="application/json" id="exploration">${inMarkup(JSON.stringify(exploration))}</script>`;
  const at = page.indexOf(PLACE);
  return page.slice(0, at) + data + page.slice(at + PLACE.length);
};
