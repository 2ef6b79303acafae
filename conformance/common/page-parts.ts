/** Commands write parts of the docs' pages: a page's beginning, or a part between a comment with its name and the next `<!-- end of the part -->`. */
import { readFileSync, writeFileSync } from 'node:fs';

/** Replaces a part of a page. Throws where the page lacks the part's comments. */
export const writePart = (page: string, name: string, text: string): void => {
  const whole = readFileSync(page, 'utf8');
  const [begin, end] = [`<!-- ${name} -->`, '<!-- end of the part -->'];
  const from = whole.indexOf(begin) + begin.length;
  const to = whole.indexOf(end, from);
  if (from < begin.length || to < 0) throw new Error(`${page} lacks '${begin}' and '${end}' after it`);
  writeFileSync(page, `${whole.slice(0, from)}\n\n${text}\n\n${whole.slice(to)}`);
};

/** Replaces a page up to its first section. The text from there on is written by hand, and stays. */
export const writeBeginning = (page: string, text: string): void => {
  const whole = readFileSync(page, 'utf8');
  const at = whole.indexOf('\n## ');
  writeFileSync(page, at < 0 ? text : `${text}${whole.slice(at)}`);
};
