/**
 * The checker: write a {@link Model}, call {@link check}, read the {@link Report}.
 *
 * @packageDocumentation
 */
export * from './interface.js';
export * from './report.js';
export { check, checkSync } from './check.js';
