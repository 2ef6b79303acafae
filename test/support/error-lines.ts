/** The error lines that stand in the source: what is handed to whatever says an error, with holes where something is put in. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';

/** A line, or a part of one, as it stands in the source; `…` for each hole. */
export interface SourceLine {
  readonly text: string;
  readonly at: string;
}

/** What says an error: the function, or the class that carries it. */
const SAYERS =
  /^(E\.left|UsageError|InvalidArgumentError|HandshakeError|say|complain|fail|refused|(process\.)?stderr\.write|(o\.|l\.)?log(ger)?\.(warn|error)|sayBad|sayFault|damage|close|c\.close|giveUp|resolve|described|onDeath|o\.onDeath)$/;

const HOLE = '…';
/** Shorter ones are names and words. */
const LEAST_LETTERS = 12;

const textOf = (node: ts.Expression): string | undefined => {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTemplateExpression(node))
    return node.head.text + node.templateSpans.map((span) => (textOf(span.expression) ?? HOLE) + span.literal.text).join('');
  if (ts.isParenthesizedExpression(node)) return textOf(node.expression);
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken)
    return (textOf(node.left) ?? HOLE) + (textOf(node.right) ?? HOLE);
  return undefined;
};

/** The texts that an argument may come to: those of either branch of a condition too. */
const textsOf = (node: ts.Expression): ReadonlyArray<string> => {
  if (ts.isConditionalExpression(node)) return [...textsOf(node.whenTrue), ...textsOf(node.whenFalse)];
  if (ts.isParenthesizedExpression(node)) return textsOf(node.expression);
  if (ts.isObjectLiteralExpression(node))
    return node.properties.flatMap((p) =>
      ts.isPropertyAssignment(p) && ['why', 'message'].includes(p.name.getText()) ? textsOf(p.initializer) : [],
    );
  const text = textOf(node);
  return text === undefined ? [] : [text];
};

const files = (path: string): ReadonlyArray<string> =>
  statSync(path).isDirectory()
    ? readdirSync(path).flatMap((name) => files(join(path, name)))
    : path.endsWith('.ts')
      ? [path]
      : [];

/** The lines of these files and folders, below a root. */
export const errorLinesIn = (root: string, paths: ReadonlyArray<string>): ReadonlyArray<SourceLine> =>
  paths
    .flatMap((path) => files(join(root, path)))
    .flatMap((file) => {
      const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
      const found: SourceLine[] = [];
      const visit = (node: ts.Node): void => {
        if ((ts.isCallExpression(node) || ts.isNewExpression(node)) && SAYERS.test(node.expression.getText()))
          for (const argument of node.arguments ?? [])
            for (const text of textsOf(argument)) {
              const { line } = source.getLineAndCharacterOfPosition(argument.getStart());
              if (text.replaceAll(/[^a-z]/gi, '').length >= LEAST_LETTERS)
                found.push({ text: text.trim(), at: `${relative(root, file)}:${line + 1}` });
            }
        ts.forEachChild(node, visit);
      };
      visit(source);
      return found;
    });
