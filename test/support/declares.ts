/** What a page says of the source, looked up in the source. */

/** Is something declared by this name: a function, a constant, a class, a type, a method? */
export const declares = (source: string, name: string): boolean =>
  new RegExp(
    `(^|\\n)\\s*(export )?((async )?function\\*? |const |class |interface |type |(private |async )*#?)${name}(?=\\s*([<(:=]|$| extends| implements| \\{))`,
    'm',
  ).test(source);

/** Does a file only hand something on that is declared elsewhere: `const serve = makeServing(…)`, `unlink: server.links.unlink`? */
export const isHandedOn = (source: string, name: string): boolean =>
  !new RegExp(
    `function\\*? ${name}\\b|class ${name}\\b|interface ${name}\\b|type ${name}\\b|${name} = (async )?(<[^=]*>)?\\(|${name}\\([^)]*\\)[^;]*\\{`,
  ).test(source) && new RegExp(`\\b${name}(: | = )(\\w+\\.)*\\w+(,|;|\\(\\w|\\(\\{)`).test(source);
