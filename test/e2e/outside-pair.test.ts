import { declareOutside } from "./outside-pair.ts";
import { existing } from "./outside-pair.scenarios/existing.ts";
import { npmPackage } from "./outside-pair.scenarios/package.ts";
import { runExisting } from "./outside-pair.scenarios/run-existing.ts";
import { twoContexts } from "./outside-pair.scenarios/two-contexts.ts";

declareOutside(import.meta.filename, [existing, runExisting, npmPackage, twoContexts]);
