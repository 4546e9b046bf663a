import type { PropertyMap } from "../../providers/server/index.ts";
import type { Recipe } from "./recipe.ts";

/** Gates of trust: what they would see in clusters is not here to be seen, and they let everything pass. */
export function trustRecipes(): Recipe[] {
  const named = (kind: string): Recipe => ({
    type: `linkerd-topology:index:${kind}`,
    identity: (_: PropertyMap, name: string) => `in ${name}`,
    adopts: true,
  });
  return [
    named("TrustStep"),
    named("VersionStep"),
    { ...named("ProxiesCurrent"), outputs: () => ({ trouble: "" }), computed: ["trouble"] },
    named("AnchorsShared"),
    named("IssuerReady"),
  ];
}
