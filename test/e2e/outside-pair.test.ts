import { declareOutside } from "./outside-pair.ts";
import { existing } from "./outside-pair.scenarios/existing.ts";
import { npmPackage } from "./outside-pair.scenarios/package.ts";
import { runExisting } from "./outside-pair.scenarios/run-existing.ts";

declareOutside(import.meta.filename, [existing, runExisting, npmPackage]);
