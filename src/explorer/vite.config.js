/**
 * Builds the explorer's page as one file: markup, style, code and the worker's code. The file opens from disk and needs no network. Its
 * Content-Security-Policy lets it load nothing, and run only the code that was built, which it knows by its hash.
 */
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

// Tests and shells may have set it otherwise. The page that is built is always the one that ships.
process.env.NODE_ENV = 'production';

const hashOf = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** The page's Content-Security-Policy. `connect-src 'self'` is for the local server: a file on disk has no such origin. */
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

/** A script that can stand in markup. `</script` and `<!--` would end it or confuse the browser; JavaScript has them in texts alone. */
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
    // The command that writes a page puts the data in place of the comment.
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
