/** The model of a module, for a thread. */
export const modelOf = async (module) => (await import(module)).default;
