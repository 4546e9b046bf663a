import { declareOutside } from "./outside-pair.ts";
import { npmPackage } from "./outside-pair.nightly.scenarios/package.ts";
import { runExisting } from "./outside-pair.nightly.scenarios/run-existing.ts";

declareOutside(import.meta.filename, [runExisting, npmPackage]);
