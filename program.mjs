// The Pulumi program of every stack, as `pulumi up` starts it: on whatever Node.js is first on PATH.
import "./scripts/strip-types.mjs";

// Not a static import, which would be read before types can be left out.
export const { plan, clusters, links, trustAnchor, trustAnchors, dataPlane, madeFrom } =
  await import("./index.ts");
