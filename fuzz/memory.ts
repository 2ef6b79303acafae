/**
 * The system gives the process's memory in a file. Each search reads it three times, which takes longer than a small search itself. In the fuzz it is read
 * once in `ASKED_ONE_IN` calls. (A search of the fuzz has a memory limit of one byte, or none, so an old figure makes no difference.)
 */
const ASKED_ONE_IN = 1000;

/** Makes the process read its resident memory seldom from now on. */
export const askMemorySeldom = (): void => {
  const rss = process.memoryUsage.rss.bind(process.memoryUsage);
  let asked = 0;
  let bytes = 0;
  process.memoryUsage.rss = () => {
    if (asked++ % ASKED_ONE_IN === 0) bytes = rss();
    return bytes;
  };
};
