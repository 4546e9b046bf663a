import { adopting } from "./adopting.ts";
import { installByHelm } from "./others-mesh.ts";
import { declareOutside } from "./outside-pair.ts";

declareOutside(import.meta.filename, [
  adopting(
    "adopt-helm",
    "up takes over a mesh that Helm made",
    installByHelm,
    /north: Linkerd, .* with the Helm release linkerd-control-plane in linkerd/,
  ),
]);
