/** Loads the entries from the pages in the package. */
import { readFile } from 'node:fs/promises';
import { entriesOfGlossary, entriesOfProtocol, sectionsOfProtocol, type ContractEntry } from './contract-entries.js';

const page = (name: string): Promise<string> => readFile(new URL(`../../docs/${name}`, import.meta.url), 'utf8');

/** The entries of the contract. */
export const protocolEntries = async (): Promise<ReadonlyArray<ContractEntry>> => entriesOfProtocol(await page('protocol.md'));

/** The entries of the contract, its sections, and the entries of the glossary. */
export const allEntries = async (): Promise<ReadonlyArray<ContractEntry>> => {
  const contract = await page('protocol.md');
  return [...entriesOfProtocol(contract), ...sectionsOfProtocol(contract), ...entriesOfGlossary(await page('glossary.md'))];
};
