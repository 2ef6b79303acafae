/** Where `#bayou/…` is for the arrows: in `src`, which they speak of. For Node and tsc it is in `dist`, of which the arrows say nothing. */
import { fileURLToPath } from 'node:url';

export default {
  resolve: {
    alias: { '#bayou': fileURLToPath(new URL('src', import.meta.url)) },
    extensionAlias: { '.js': ['.ts', '.tsx', '.js'] },
  },
};
