/** Says many command lines to the built `bayou check`, one after the other: a list of lists of words comes as JSON, and what it says to each goes out so. */
import { text } from 'node:stream/consumers';
import { main } from '../../dist/cli/check/check-command.js';

const cases = JSON.parse(await text(process.stdin));
const { exit } = process;
const write = process.stdout.write.bind(process.stdout);
let said = '';
const hear = (chunk) => {
  said += chunk;
  return true;
};
process.stderr.write = hear;
process.stdout.write = hear;
// The command ends its process after it has said what is wrong; here the next case follows.
process.exit = () => undefined;

const texts = [];
for (const words of cases) {
  said = '';
  try {
    await main(words);
  } catch (error) {
    said += `bayou check: ${error.message}`;
  }
  texts.push(said);
}
write(JSON.stringify(texts), () => exit(0));
