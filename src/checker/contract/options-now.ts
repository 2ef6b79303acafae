/** Takes options as they are when a search is begun. */

/** Lists among the options of a search. */
interface Lists {
  readonly properties?: ReadonlyArray<string>;
  readonly bounds?: ReadonlyArray<string>;
}

/** Gives the options as they are now: what their owner changes while the search runs is no matter of it. */
export const optionsNow = <O extends Lists>(options: O): O => ({
  ...options,
  ...(Array.isArray(options.properties) ? { properties: [...(options.properties as ReadonlyArray<string>)] } : {}),
  ...(Array.isArray(options.bounds) ? { bounds: [...(options.bounds as ReadonlyArray<string>)] } : {}),
});
