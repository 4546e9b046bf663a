// The package's entries for CommonJS: JavaScript that re-exports the ES module, and its types.
import ts from "typescript";

/**
 * Node.js can load an ES module by `require` since 20.19 and 22.12. Test runners that have a `require` of their own may
 * not, on any of them.
 *
 * @param {string} entry such as `library`
 */
export const code = (entry) => `"use strict";
try {
  module.exports = require("./${entry}.js");
} catch (error) {
  if (error.code !== "ERR_REQUIRE_ESM") throw error;
  throw new Error(
    "linkerd-topology is an ES module, which could not be loaded by require. A CommonJS program needs Node.js 20.19, " +
      "or 22.12 or later, for that, or has to become an ES module; this is " + process.versions.node + ". A test under " +
      "jest has to be an ES module (.mjs) that imports it, with NODE_OPTIONS=--experimental-vm-modules.",
    { cause: error },
  );
}
`;

/**
 * The types of that entry. In a CommonJS file TypeScript can import types from an ES module only by name,
 * each with its resolution mode.
 *
 * @param {string} entry such as `library`
 * @param {string} file of the declarations of the ES module
 * @param {(specifier: string) => string} read the declarations that it exports from
 */
export function declarations(entry, file, read) {
  const source = ts.createSourceFile(`${entry}.d.ts`, file, ts.ScriptTarget.Latest);
  const mode = '{ with: { "resolution-mode": "import" } }';
  const library = `import("./${entry}.js", ${mode})`;
  const lines = source.statements.filter(ts.isExportDeclaration).flatMap((statement) => {
    if (statement.isTypeOnly) return [];
    if (!statement.exportClause || !ts.isNamedExports(statement.exportClause)) {
      throw new Error(
        `${entry}.ts exports values by name only: \`export *\` has no names to hand on`,
      );
    }
    const from = read(statement.moduleSpecifier.text);
    return statement.exportClause.elements.flatMap(({ isTypeOnly, name: { text: name } }) => {
      if (isTypeOnly) return [];
      const value = `export declare const ${name}: typeof ${library}.${name};`;
      const isClass = new RegExp(`export (declare )?(abstract )?class ${name}\\b`).test(from);
      return isClass ? [value, `export type ${name} = ${library}.${name};`] : [value];
    });
  });
  return [
    `export type * from "./${entry}.js" with { "resolution-mode": "import" };`,
    ...lines,
    "",
  ].join("\n");
}
