/**
 * The explorer's page as one file: markup, style, code and the worker's code, which needs no network and opens from disk. A Content-Security-Policy
 * says so: nothing is loaded from anywhere, and no code runs but that which was built, known by its hash.
 */
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

// Tests set it, and so may a shell: whoever builds it, it is the page that ships.
process.env.NODE_ENV = 'production';

const hashOf = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** What the page may do. `connect-src 'self'` is for the local server; a file on disk has no such origin. */
const policyOf = (script, style) =>
  [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    'worker-src blob:',
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');

/** `</script` and `<!--` would end or confuse a script that stands in markup; in JavaScript they stand in texts alone. */
const inMarkup = (script) => script.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--');

const oneFile = {
  name: 'one-file',
  enforce: 'post',
  generateBundle(_, bundle) {
    const files = Object.values(bundle);
    const page = files.find(({ fileName }) => fileName.endsWith('.html'));
    const script = inMarkup(files.find(({ type, isEntry }) => type === 'chunk' && isEntry).code);
    const style = String(files.find(({ fileName }) => fileName.endsWith('.css')).source);
    const head = `<meta http-equiv="Content-Security-Policy" content="${policyOf(script, style)}" /><style>${style}</style>`;
    const bare = String(page.source)
      .replace(/<script type="module"[^>]*><\/script>/, '')
      .replace(/<link rel="stylesheet"[^>]*>/, '');
    // The data come where the comment is; whoever writes the page replaces it.
    page.source = bare
      .replace('<meta charset="utf-8" />', (charset) => charset + head)
      .replace('</body>', () => `<!--exploration--><script type="module">${script}</script></body>`);
    page.fileName = 'explorer.html';
    for (const name of Object.keys(bundle).filter((name) => bundle[name] !== page)) Reflect.deleteProperty(bundle, name);
  },
};

export default defineConfig({
  root: fileURLToPath(new URL('page', import.meta.url)),
  base: './',
  logLevel: 'warn',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  plugins: [oneFile],
  worker: { format: 'iife' },
  build: {
    outDir: fileURLToPath(new URL('../../dist/page', import.meta.url)),
    emptyOutDir: true,
    target: 'es2023',
    modulePreload: false,
    cssCodeSplit: false,
    assetsInlineLimit: 0,
  },
});
