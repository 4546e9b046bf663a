import type { Plan } from "../planning/plan-types.ts";
import type { Sources } from "../planning/sources/sources.ts";
import { chooseSources, plannedSources } from "./choose-sources.ts";
import type { ChooseRequest, SourcesChoice } from "./choose-sources.ts";
import { configuredSources } from "./named-sources.ts";
import { planStack } from "./plan-stack.ts";

export interface PlanWithSources {
  readonly plan: Plan;
  readonly choice: SourcesChoice;
  /** The part of the choice that a plan needs before anything of it is built. */
  readonly sources: Sources;
}

/**
 * The plan of a stack with the images and charts that an `up` would use. Nothing is built yet, but it is
 * known which releases of Linkerd can be had.
 *
 * @throws TopologyError as `planStack` does; CommandError as `chooseSources` does
 */
export async function planWithSources(
  request: Omit<ChooseRequest, "linkerd" | "configured">,
): Promise<PlanWithSources> {
  const { stack } = request.settled;
  const { linkerd, adopted } = await planStack(stack);
  // Nothing is installed in an adopted mesh.
  const choice: SourcesChoice =
    adopted === true
      ? { type: "file", sources: {} }
      : await chooseSources({
          ...request,
          linkerd: linkerd.chosenBy === "topology" ? linkerd.version : undefined,
          configured: await configuredSources(stack),
        });
  const sources = plannedSources(choice);
  return { plan: await planStack(stack, { sources }), choice, sources };
}
