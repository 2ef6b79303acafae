/**
 * Changes a JavaScript file so that its typed arrays are watched: wherever it reads or writes `array[index]`, and `array` is a typed array, the index must
 * be that of a cell. JavaScript itself does not check this: a read beyond the end gives undefined, a write is lost.
 *
 * Reads whose code handles undefined are left as they are: `cells[i] ?? 0`, `cells[i] === undefined`, and the same of a variable into which the cell is
 * read.
 */
import ts from 'typescript';

/** The changed text of a file. */
export interface CheckedFile {
  readonly text: string;
  /** The number of watched accesses. */
  readonly watched: number;
  /** The lines of accesses that cannot be watched: a call makes the array, and the access writes to it. */
  readonly unwatched: ReadonlyArray<number>;
}

/** The name that the watched files import from the helpers' module. */
const CELL = '$watchedCell';
const READ = '$watchedRead';

/** The text of the helpers' module. */
export const HELPERS = `
export const ${CELL} = (array, index, place) => {
  if (ArrayBuffer.isView(array) && !(Number.isInteger(index) && index >= 0 && index < array.length))
    throw new Error('cell ' + String(index) + ' of ' + array.length + ' at ' + place);
  return index;
};
export const ${READ} = (array, index, place) => array[${CELL}(array, index, place)];
`;

const { SyntaxKind } = ts;

/** Can an expression be evaluated twice, because it calls nothing and changes nothing? */
const isRepeatable = (node: ts.Expression): boolean => {
  if (ts.isIdentifier(node) || node.kind === SyntaxKind.ThisKeyword || ts.isNumericLiteral(node)) return true;
  if (ts.isParenthesizedExpression(node)) return isRepeatable(node.expression);
  if (ts.isPropertyAccessExpression(node)) return node.questionDotToken === undefined && isRepeatable(node.expression);
  if (ts.isElementAccessExpression(node))
    return node.questionDotToken === undefined && isRepeatable(node.expression) && isRepeatable(node.argumentExpression);
  if (ts.isBinaryExpression(node))
    return !isAssignment(node.operatorToken.kind) && isRepeatable(node.left) && isRepeatable(node.right);
  return false;
};

const isAssignment = (kind: ts.SyntaxKind): boolean => kind >= SyntaxKind.FirstAssignment && kind <= SyntaxKind.LastAssignment;

/** Does the code ask whether this expression is undefined, as in `node ?? other` and `node === undefined`? */
const isAsked = (node: ts.Node): boolean => {
  const { parent } = node;
  if (!ts.isBinaryExpression(parent) || parent.left !== node) return false;
  const { kind } = parent.operatorToken;
  if (kind === SyntaxKind.QuestionQuestionToken) return true;
  const compares = kind === SyntaxKind.EqualsEqualsEqualsToken || kind === SyntaxKind.ExclamationEqualsEqualsToken;
  return compares && ts.isIdentifier(parent.right) && parent.right.text === 'undefined';
};

/** Does code in a block ask whether a variable is undefined? */
const asksIn = (block: ts.Node, name: string): boolean => {
  const asks = (node: ts.Node): boolean =>
    (ts.isIdentifier(node) && node.text === name && isAsked(node)) || (ts.forEachChild(node, asks) ?? false);
  return asks(block);
};

/** Does the code around a read handle undefined: at once, or for the variable into which it reads? */
const isOptional = (node: ts.Node): boolean => {
  const { parent } = node;
  if (!ts.isVariableDeclaration(parent) || !ts.isIdentifier(parent.name)) return isAsked(node);
  return asksIn(parent.parent.parent.parent, parent.name.text);
};

/** Is an access written to, or called? Then it must stay an access. */
const isTarget = (node: ts.Node): boolean => {
  const { parent } = node;
  if (ts.isBinaryExpression(parent)) return parent.left === node && isAssignment(parent.operatorToken.kind);
  if (ts.isPrefixUnaryExpression(parent) || ts.isPostfixUnaryExpression(parent))
    return parent.operator === SyntaxKind.PlusPlusToken || parent.operator === SyntaxKind.MinusMinusToken;
  return (ts.isCallExpression(parent) && parent.expression === node) || ts.isDeleteExpression(parent);
};

/**
 * The text of a file with its typed arrays watched. `name`: the file's name in the message on a wrong index. `helpers`: the path of the helpers' module.
 * `known`: comparisons whose read may go beyond the end.
 */
export const checkedCells = (text: string, name: string, helpers: string, known: ReadonlyArray<string> = []): CheckedFile => {
  const source = ts.createSourceFile(name, text, ts.ScriptTarget.ES2022, true, ts.ScriptKind.JS);
  let watched = 0;
  const unwatched: number[] = [];
  const rewrite: ts.TransformerFactory<ts.SourceFile> = (context) => {
    const { factory } = context;
    const called = (helper: string, ...args: ReadonlyArray<ts.Expression>): ts.Expression =>
      factory.createCallExpression(factory.createIdentifier(helper), undefined, args);
    const visit = (node: ts.Node): ts.Node => {
      if (!ts.isElementAccessExpression(node) || node.questionDotToken !== undefined)
        return ts.visitEachChild(node, visit, context);
      const inner = ts.visitEachChild(node, visit, context);
      if (ts.isStringLiteralLike(node.argumentExpression) || isOptional(node) || known.includes(node.parent.getText(source)))
        return inner;
      const line = source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
      const place = factory.createStringLiteral(`${name}:${line}`);
      const { expression, argumentExpression } = inner;
      if (isRepeatable(node.expression)) {
        watched++;
        return factory.createElementAccessExpression(expression, called(CELL, expression, argumentExpression, place));
      }
      if (isTarget(node)) {
        unwatched.push(line);
        return inner;
      }
      watched++;
      return called(READ, expression, argumentExpression, place);
    };
    return (file) => ts.visitEachChild(file, visit, context);
  };
  const { transformed } = ts.transform(source, [rewrite]);
  const printed = ts.createPrinter().printFile(transformed[0]!);
  return { text: `import { ${CELL}, ${READ} } from '${helpers}';\n${printed}`, watched, unwatched };
};
