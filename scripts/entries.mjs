// The modules that programs import: package.json names them in `exports`.
import { readFileSync } from "node:fs";
import path from "node:path";

/**
 * @param {string} root of the project
 * @returns {string[]} their names, such as `library` for library.ts
 */
export function entriesOf(root) {
  const { exports } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
  return Object.values(exports).flatMap((one) =>
    typeof one === "string" ? [] : [path.basename(one.import.default, ".js")],
  );
}
