/** Finds out whether the objects of a class have private fields, which nobody outside of the class can see into. */
import { createRequire } from 'node:module';
import type { AnyNode, ClassBody } from 'acorn';

type Acorn = typeof import('acorn');

const require = createRequire(import.meta.url);

/** The parser is large, and few models have a class that must be parsed. */
const parser = (): Acorn => require('acorn') as Acorn;

/** The body of a class, of its source; undefined for a function, which has none. @throws SyntaxError for what is no JavaScript. */
const bodyOf = (source: string): ClassBody | undefined => {
  const parsed: AnyNode = parser().parseExpressionAt(source, 0, { ecmaVersion: 'latest' });
  return parsed.type === 'ClassExpression' || (parsed.type as string) === 'ClassDeclaration'
    ? (parsed as { readonly body: ClassBody }).body
    : undefined;
};

/** Tests for private fields of the objects. Private methods, and fields of the class itself, are in no object. */
export const hasPrivateFields = (source: string): boolean => {
  if (!source.includes('#')) return false;
  try {
    return (
      bodyOf(source)?.body.some(
        (member) => member.type === 'PropertyDefinition' && !member.static && member.key.type === 'PrivateIdentifier',
      ) === true
    );
  } catch {
    // It is in no JavaScript that is known here. So what looks like a private name is one.
    return /#[\p{ID_Start}$_]/u.test(source);
  }
};
