/** What a page says of the source, looked up in the source. */

/** Is something declared by this name: a function, a constant, a class, a type, a method? */
export const declares = (source: string, name: string): boolean =>
  new RegExp(
    `(^|\\n)\\s*(export )?((async )?function\\*? |const |class |interface |type |(private |async )*#?)${name}(?=\\s*([<(:=]|$| extends| implements| \\{))`,
    'm',
  ).test(source);
