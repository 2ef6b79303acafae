/** The pages that say what names mean, as they come with the package. */
import { readFile } from 'node:fs/promises';
import { entriesOfGlossary, entriesOfProtocol, type Entry } from './contract-entries.js';

const page = (name: string): Promise<string> => readFile(new URL(`../../docs/${name}`, import.meta.url), 'utf8');

/** The entries of the contract. */
export const protocolEntries = async (): Promise<ReadonlyArray<Entry>> => entriesOfProtocol(await page('protocol.md'));

/** The entries of the contract and of the glossary. */
export const allEntries = async (): Promise<ReadonlyArray<Entry>> => [
  ...(await protocolEntries()),
  ...entriesOfGlossary(await page('glossary.md')),
];
