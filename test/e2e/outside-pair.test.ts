import { declareOutside } from "./outside-pair.ts";
import { existing } from "./outside-pair.scenarios/existing.ts";

declareOutside(import.meta.filename, [existing]);
