/**
 * The texts that stand in the source, with holes where something is put in, and what they are for. Whatever has a few words is one: a text is something that
 * a program may say to somebody unless it stands where descriptions stand.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';

/** A text, or a part of one, as it stands in the source; `…` for each hole. */
export interface SourceText {
  readonly text: string;
  /** The file, below the root. */
  readonly file: string;
  readonly line: number;
}

export const HOLE = '…';
/** A text of fewer words is no message: it is a name, a word of a command line, or stands between two holes. */
const LEAST_WORDS = 3;

/** Who takes a description of an option, a command, a metric or a type: help, and no error. */
const DESCRIBED = new Set([
  ...['description', 'argument', 'option', 'requiredOption', 'addHelpText', 'Option', 'withTlsOptions', 'field'],
  ...['gauge', 'perPeer', 'described', 'text'],
]);
const DESCRIPTIONS = new Set(['summary', 'help']);

/** The text of an expression that is one; what it is put together of, too. */
const textOf = (node: ts.Node): string | undefined => {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTemplateExpression(node))
    return node.head.text + node.templateSpans.map((span) => (textOf(span.expression) ?? HOLE) + span.literal.text).join('');
  if (ts.isParenthesizedExpression(node)) return textOf(node.expression);
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    const [left, right] = [textOf(node.left), textOf(node.right)];
    return left === undefined && right === undefined ? undefined : (left ?? HOLE) + (right ?? HOLE);
  }
  return undefined;
};

/** What is put into the holes of a text. */
const holesOf = (node: ts.Node): ReadonlyArray<ts.Node> => {
  if (ts.isTemplateExpression(node))
    return node.templateSpans.flatMap(({ expression }) =>
      textOf(expression) === undefined ? [expression] : holesOf(expression),
    );
  if (ts.isParenthesizedExpression(node)) return holesOf(node.expression);
  if (ts.isBinaryExpression(node))
    return [node.left, node.right].flatMap((part) => (textOf(part) === undefined ? [part] : holesOf(part)));
  return [];
};

const wordsIn = (text: string): number => (text.replaceAll(HOLE, ' ').match(/[a-z']{2,}/gi) ?? []).length;

/** What is called or made, by its last name. */
const calleeOf = (node: ts.Node): string | undefined => {
  if (!ts.isCallExpression(node) && !ts.isNewExpression(node)) return undefined;
  return ts.isPropertyAccessExpression(node.expression) ? node.expression.name.text : node.expression.getText();
};

/** What stands below a node and is no description. */
const saidBelow = (node: ts.Node): ReadonlyArray<ts.Node> => {
  if (ts.isPropertyAssignment(node) && DESCRIPTIONS.has(node.name.getText())) return [];
  const below: ts.Node[] = [];
  const isDescribed = DESCRIBED.has(calleeOf(node) ?? '');
  ts.forEachChild(node, (child) => {
    if (!isDescribed || textOf(child) === undefined) below.push(child);
  });
  return below;
};

const files = (path: string): ReadonlyArray<string> =>
  statSync(path).isDirectory()
    ? readdirSync(path).flatMap((name) => files(join(path, name)))
    : path.endsWith('.ts')
      ? [path]
      : [];

/** What looks at a node of the source: `add` takes in a text of it, `visit` looks at another node. */
type Look = (node: ts.Node, add: (text: string) => void, visit: (node: ts.Node) => void) => void;

/** The texts that it takes in, in these files and folders below a root. */
const foundIn = (root: string, paths: ReadonlyArray<string>, look: Look): ReadonlyArray<SourceText> =>
  paths
    .flatMap((path) => files(join(root, path)))
    .flatMap((file) => {
      const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
      const found: SourceText[] = [];
      const visit = (node: ts.Node): void => {
        const add = (text: string): void => {
          const { line } = source.getLineAndCharacterOfPosition(node.getStart());
          found.push({ text, file: relative(root, file), line: line + 1 });
        };
        look(node, add, visit);
      };
      visit(source);
      return found;
    });

/** The texts of these files and folders, below a root, that a program may say. */
export const textsIn = (root: string, paths: ReadonlyArray<string>): ReadonlyArray<SourceText> =>
  foundIn(root, paths, (node, add, visit) => {
    const text = textOf(node);
    if (text === undefined) {
      saidBelow(node).forEach(visit);
      return;
    }
    if (wordsIn(text) >= LEAST_WORDS && /[^ ] [^ ]/.test(text)) add(text.trim());
    holesOf(node).forEach(visit);
  });

/** A regular expression's source as the text that it is about. */
const literal = (regexp: string): string =>
  regexp
    .replace(/^\/\^?/, '')
    .replace(/\$?\/[a-z]*$/, '')
    .replaceAll(/\\([^a-z])/gi, '$1')
    .replaceAll(/\.[*+]\??|\\[dw]\+|\[[^\]]*\][*+]/g, HOLE);

/** The texts that the tests in these files and folders have, in strings and in regular expressions. */
export const expectationsIn = (root: string, paths: ReadonlyArray<string>): ReadonlyArray<SourceText> =>
  foundIn(root, paths, (node, add, visit) => {
    const text = ts.isRegularExpressionLiteral(node) ? literal(node.text) : textOf(node);
    if (text !== undefined && wordsIn(text) >= LEAST_WORDS) add(text);
    if (text === undefined || ts.isTemplateExpression(node)) ts.forEachChild(node, visit);
  });
