/** What the names of exported types must be, read off sources and the glossary: `names.test.ts` holds the house to it. */
import ts from 'typescript';
import { type ContractEntry, entriesOfGlossary } from '../../src/command-line/contract-entries.js';

/** The text of a source file. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** A type that a file declares and exports: an interface, an alias, a class or an enum. */
export interface ExportedType {
  readonly path: string;
  readonly name: string;
}

type Declaration = ts.InterfaceDeclaration | ts.TypeAliasDeclaration | ts.ClassDeclaration | ts.EnumDeclaration;

const isDeclaration = (node: ts.Statement): node is Declaration =>
  ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) || ts.isClassDeclaration(node) || ts.isEnumDeclaration(node);

/** The names of an `export { … }` without a `from`. */
const namesExportedBelow = (node: ts.Statement): ReadonlyArray<string> =>
  ts.isExportDeclaration(node) && node.moduleSpecifier === undefined && node.exportClause !== undefined
    ? (node.exportClause as ts.NamedExports).elements.map(({ name, propertyName }) => (propertyName ?? name).text)
    : [];

/** All types that a file declares and exports. One that it hands on from another file is that file's. */
export const exportedTypesOf = ({ path, text }: SourceFile): ReadonlyArray<ExportedType> => {
  const { statements } = ts.createSourceFile(path, text, ts.ScriptTarget.Latest);
  const below = new Set(statements.flatMap(namesExportedBelow));
  return statements.filter(isDeclaration).flatMap(({ name, modifiers }) => {
    if (name === undefined) return [];
    const isExported = modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true || below.has(name.text);
    return isExported ? [{ path, name: name.text }] : [];
  });
};

// --- words -----------------------------------------------------------------------------------------------------------------

/** The participles and other forms of verbs whose ending does not show it. */
const VERBS = new Set(
  [
    'ask begun bound brought built came caught choose compare done drawn drew explain fed felt found gave gone heard held hid hurt keep kept',
    'knew known led left lost made met paid said sat saw sent shown sold sought spent spoke stood taught tell thought told took went won wrote',
  ].flatMap((line) => line.split(' ')),
);

/** Adverbs, prepositions and the like: they say how or where, and not what. */
const PARTICLES = new Set(
  [
    'about above after again ahead alike anew apart aside away before behind below beside between beyond down far hence here how instead later',
    'meanwhile much never now off often on once out over seldom so soon then there thus together under until up what when where why within without',
  ].flatMap((line) => line.split(' ')),
);

/** A participle has a vowel before its ending; `string` and `thing` have none. */
const isVerb = (word: string): boolean => /[aeiouy].*(?:ed|ing|en)$/.test(word) || VERBS.has(word);

/** `ListenerPlace` as `listener place`. */
const wordsOf = (name: string): ReadonlyArray<string> => name.split(/(?=[A-Z])/).map((word) => word.toLowerCase());

// --- rules -----------------------------------------------------------------------------------------------------------------

/** The folders that an entry of the glossary names, as `src/impl`. */
const foldersIn = (text: string): ReadonlyArray<string> =>
  [...text.matchAll(/`([^`]+)`/g)].map(([, folder = '']) => folder).filter((folder) => folder.includes('/'));

const isIn = (path: string, folder: string): boolean => path.startsWith(`${folder}/`);

/** A name that several files have: the glossary must say what it is in each. */
const wrongOfSharedName = (
  name: string,
  paths: ReadonlyArray<string>,
  glossary: ReadonlyArray<ContractEntry>,
): ReadonlyArray<string> => {
  const term = wordsOf(name).join(' ');
  const entry = glossary.find((one) => one.name === term) ?? glossary.find((one) => one.name.endsWith(` ${term}`));
  if (entry === undefined)
    return [
      `${paths.join(', ')}: ${name} is the name of several types: give each a name of its own, or say in docs/glossary.md what each is`,
    ];
  // A folder that has two types of the name tells neither from the other.
  const folders = foldersIn(entry.text).filter((folder) => paths.filter((path) => isIn(path, folder)).length === 1);
  return paths
    .filter((path) => !folders.some((folder) => isIn(path, folder)))
    .map(
      (path) =>
        `${path}: docs/glossary.md does not say under “${entry.name}” what ${name} is here: say so there, with the folder`,
    );
};

/** What is wrong with the name of a type, whichever other types there are. */
const wrongOfName = (
  { path, name }: ExportedType,
  terms: ReadonlyArray<ContractEntry>,
  retired: ReadonlyArray<ContractEntry>,
): ReadonlyArray<string> => {
  const words = wordsOf(name);
  const last = words.at(-1)!;
  const isTerm = terms.some((term) => term.name === words.join(' ') || term.name === last);
  const fault = isTerm
    ? undefined
    : isVerb(last)
      ? 'a form of a verb'
      : PARTICLES.has(last)
        ? 'an adverb or a preposition'
        : undefined;
  const advice = 'add the noun that it is said of, as in FollowedRun, or make it a term of docs/glossary.md if it is a noun here';
  return [
    ...(fault === undefined ? [] : [`${path}: ${name} ends in ${fault}: ${advice}`]),
    ...retired
      .filter((word) => words.includes(word.name))
      .map(({ text }) => `${path}: ${name} has a word that is not used: ${text}`),
  ];
};

/** The glossary's terms, and its words that are not used. `page` is docs/glossary.md. */
export const partsOfGlossary = (
  page: string,
): { readonly terms: ReadonlyArray<ContractEntry>; readonly retired: ReadonlyArray<ContractEntry> } => {
  const parts = page.split(/^(?=## )/m);
  const isRetired = (part: string): boolean => part.startsWith('## Words that are not used\n');
  return {
    terms: parts.filter((part) => !isRetired(part)).flatMap(entriesOfGlossary),
    retired: parts.filter(isRetired).flatMap(entriesOfGlossary),
  };
};

/** Gives one line for each wrong name of an exported type: the file, the name, and what to do. `page` is docs/glossary.md. */
export const wrongNames = (files: ReadonlyArray<SourceFile>, page: string): ReadonlyArray<string> => {
  const { terms, retired } = partsOfGlossary(page);
  const types = files.flatMap(exportedTypesOf);
  return [
    ...types.flatMap((type) => wrongOfName(type, terms, retired)),
    ...[...new Set(types.map(({ name }) => name))].flatMap((name) => {
      const paths = types.filter((type) => type.name === name).map(({ path }) => path);
      return paths.length === 1 ? [] : wrongOfSharedName(name, paths, terms);
    }),
  ];
};
