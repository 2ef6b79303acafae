/** What a source file defines by a body, and whom those bodies mention: read off the syntax, so that a page can be held to it. */
import ts from 'typescript';

/** Something with a body: a function, a method, a class. Names that begin with `#` are given without it. */
export interface Definition {
  readonly name: string;
  /** What its body mentions: the names that it calls, makes with `new`, or hands on. */
  readonly mentions: ReadonlySet<string>;
}

type Named = ts.Node & { readonly name?: ts.Node };

const textOf = (name: ts.Node | undefined): string | undefined =>
  name !== undefined && (ts.isIdentifier(name) || ts.isPrivateIdentifier(name)) ? name.text.replace(/^#/, '') : undefined;

/** The last name of what is called: `ask` of `members.ask(…)`. */
const calleeOf = (node: ts.Expression): string | undefined =>
  ts.isPropertyAccessExpression(node) ? textOf(node.name) : textOf(node);

/** A function that only hands on to another of its own name, as in `put: (k, v) => client.put(k, v)`. */
const isHandedOn = (name: string, body: ts.Node): boolean => ts.isCallExpression(body) && calleeOf(body.expression) === name;

const bodyOf = (node: ts.Node): ts.Node | undefined => {
  if (ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node) || ts.isGetAccessor(node)) return node.body;
  if (ts.isClassDeclaration(node)) return node;
  if (!ts.isVariableDeclaration(node) && !ts.isPropertyAssignment(node) && !ts.isPropertyDeclaration(node)) return undefined;
  const value = node.initializer;
  // A table of functions: what it has is what it is.
  if (value !== undefined && ts.isObjectLiteralExpression(value) && ts.isVariableDeclaration(node)) return value;
  return value !== undefined && (ts.isArrowFunction(value) || ts.isFunctionExpression(value)) ? value.body : undefined;
};

/** Of a class: what its constructor and its fields mention, for that is what happens where one is made. */
const mentionsOf = (body: ts.Node): ReadonlySet<string> => {
  const found = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isMethodDeclaration(node) && node.parent === body) return;
    const name = textOf(node);
    if (name !== undefined) found.add(name);
    ts.forEachChild(node, visit);
  };
  visit(body);
  return found;
};

/** All that a source file defines by a body. Neither `const put = makePutter(…)` nor `unlink: links.unlink` is one. */
export const definitionsIn = (source: string): ReadonlyArray<Definition> => {
  const all: Definition[] = [];
  const visit = (node: ts.Node): void => {
    const name = textOf((node as Named).name);
    const body = name === undefined ? undefined : bodyOf(node);
    if (name !== undefined && body !== undefined && !isHandedOn(name, body)) all.push({ name, mentions: mentionsOf(body) });
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('a.ts', source, ts.ScriptTarget.Latest, true));
  return all;
};
