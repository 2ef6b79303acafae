/** Commands write parts of the docs' pages. A part stands between a comment with its name and the next `<!-- end of the part -->`. */
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
