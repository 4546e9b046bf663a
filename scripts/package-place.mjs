// Part of the npm package alone, in dist/chunks/: the one module that knows where the package is.
import { createRequire } from "node:module";
import path from "node:path";

/** The folder that has the files of the package where a checkout has them: dist/. */
export const packagePlace = path.dirname(import.meta.dirname);

/** Loads a CommonJS package, or a module of Node.js. */
export const load = createRequire(import.meta.url);
