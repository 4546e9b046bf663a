import { adopting } from "./adopting.ts";
import { installByCli } from "./others-mesh.ts";
import { declareOutside } from "./outside-pair.ts";

declareOutside(import.meta.filename, [
  adopting(
    "adopt-cli",
    "up takes over a mesh that Linkerd's own command line made",
    installByCli,
    /north: Linkerd, .* with Linkerd's CLI/,
  ),
]);
