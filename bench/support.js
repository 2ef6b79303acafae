/** What the benches share. */
import { decodeConfig } from '../dist/model/checking/config.js';
import { asShipped } from '../dist/conformance/layer1-transitions/transition-walk.js';

export { bayou } from '../dist/model/system.js';

/** A configuration's text, with the log that the implementation keeps. */
export const decodeShipped = (text) => {
  const decoded = decodeConfig(JSON.parse(text));
  if (decoded._tag === 'Left') throw new Error(decoded.left.join('; '));
  return asShipped(decoded.right);
};
