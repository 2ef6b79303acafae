/**
 * What the system says of the process's memory is read from a file, three times in each search, which takes longer than a small search itself.
 * Here it is read once in so many times. (A limit of memory that searches of the fuzz have is one byte, or none.)
 */
const ASKED_ONE_IN = 1000;

/** From now on the process asks for its resident memory seldom. */
export const askMemorySeldom = (): void => {
  const rss = process.memoryUsage.rss.bind(process.memoryUsage);
  let asked = 0;
  let bytes = 0;
  process.memoryUsage.rss = () => {
    if (asked++ % ASKED_ONE_IN === 0) bytes = rss();
    return bytes;
  };
};
