// Parts with every name that a page, a record or a script could take for something else; small ones, and ones that come and go.
const NAMES = [
  '__proto__',
  'constructor',
  '</script><script>document.title = 1</script>',
  '<img src=x onerror=alert(1)>',
  '"',
  "'",
  '&lt;',
  's0',
  'c1',
  's0-s1',
  'net',
  '',
];
const state = (n) => Object.fromEntries([['n', n], ...NAMES.map((name, i) => [name, i < n ? `${name} ${n}` : 0])]);
export default {
  name: '</title></script><!-- "parts" & more',
  initial: [state(0)],
  actions: ({ n }) => (n <= NAMES.length ? NAMES.slice(0, 3) : []),
  next: ({ n }) => state(n + 1),
  label: (name) => ({ family: '<b>do</b>', args: [name] }),
  note: (_, name) => `</script> ${name}`,
  properties: [{ kind: 'always', name: '<i>n</i> is small </script>', holds: ({ n }) => n < NAMES.length }],
};
