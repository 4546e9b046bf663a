import { existsSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { readSources, sourcesVariable, withHeldVersion } from "../components/sources.ts";
import type { Plan } from "../planning/plan-types.ts";
import { listNames } from "../planning/topology/problem.ts";
import type { Sources } from "../planning/sources/sources.ts";
import { reachesRegistry } from "../toolchain/sources-plan.ts";
import { GivenImagesError } from "../toolchain/given-images.ts";
import { isNodeImageMadeHere } from "../toolchain/image/node-image.ts";
import {
  addGivenImages,
  completeSources,
  findSources,
  linkerdRegistry,
  loadIntoDocker,
  makeSources,
} from "../toolchain/sources.ts";
import type {
  FindOptions,
  FoundSources,
  RecordedSources,
  SourcesOptions,
} from "../toolchain/sources.ts";
import { badInput, CommandError } from "./command-error.ts";
import { isGiven } from "./consent.ts";
import type { Consent } from "./consent.ts";
import { docker } from "./docker.ts";
import type { SettledStack } from "./settle-stack.ts";
import { outputsIn } from "./state.ts";
import type { Outputs, State } from "./state.ts";

/** Where a stack's images and charts come from. Nothing of it is built yet. */
export type SourcesChoice =
  /** A sources file that the person named. */
  | { readonly type: "file"; readonly sources: Sources }
  /** The same as for the previous `up`. */
  | ({ readonly type: "recorded" } & RecordedSources)
  /** What was found now. */
  | { readonly type: "found"; readonly found: FoundSources };

/** Input of {@link chooseSources}. */
export interface ChooseRequest {
  readonly settled: SettledStack;
  /** Release of Linkerd that the topology asks for. Undefined if it names none. */
  readonly linkerd: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  /** Directory of image archives. */
  readonly images?: string | undefined;
  /** Sources file of the stack's configuration. */
  readonly configured?: string | undefined;
  /** Searches again, whatever the stack was made from before. @default false */
  readonly newSources?: boolean | undefined;
  /** For tests. */
  readonly internet?: FindOptions["internet"];
}

/**
 * Decides where a stack's images and charts come from. It keeps what the stack was made from before, whether
 * or not a registry answers now. To change it, a person must name a sources file or image archives, or ask
 * for new sources.
 *
 * @throws CommandError, exit code 2, if the given images can't be used
 */
export async function chooseSources(request: ChooseRequest): Promise<SourcesChoice> {
  try {
    return await choose(request);
  } catch (error) {
    if (!(error instanceof GivenImagesError)) throw error;
    throw badInput(error.message, { cause: error });
  }
}

async function choose(request: ChooseRequest): Promise<SourcesChoice> {
  const { settled, linkerd, env, configured, newSources = false, internet } = request;
  const file = nonEmpty(env[sourcesVariable]) ?? nonEmpty(configured);
  if (file !== undefined) return { type: "file", sources: readSources(file) };
  const images = nonEmpty(request.images ?? env["IMAGES"]);
  const before = newSources ? undefined : settled.madeFrom?.sources;
  const recorded = before && withHeldVersion(before);
  if (recorded === undefined) {
    const asked = { env, images: images ?? "", linkerd, ...(internet && { internet }) };
    return { type: "found", found: await findSources(asked) };
  }
  if (images === undefined) return { type: "recorded", sources: recorded };
  return {
    type: "recorded",
    ...(await addGivenImages(recorded, images, linkerd)),
  };
}

/** The part of the sources that a plan needs, before anything of them is built. */
export function plannedSources(choice: SourcesChoice): Sources {
  if (choice.type !== "found") return choice.sources;
  const { linkerdVersion } = choice.found;
  return linkerdVersion === undefined ? {} : { linkerdVersion };
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}

/** Input of {@link allowDataPlane}. */
export interface DataPlaneRequest {
  readonly plan: Plan;
  readonly choice: SourcesChoice;
  readonly state: State | undefined;
  /** Stand-ins may replace Linkerd's proxy. @default false */
  readonly allowNoDataPlane?: Consent | undefined;
  /**
   * In a new stack they may do so without a question if no registry at all can be reached. A notice says it.
   * @default false
   */
  readonly withoutRegistry?: boolean | undefined;
  /** Called before anything is done if there will be no data plane. */
  readonly notice: (text: string) => void;
}

/**
 * Makes sure that a mesh without traffic is wanted.
 *
 * @throws CommandError, exit code 2, if it isn't
 */
export async function allowDataPlane(request: DataPlaneRequest): Promise<void> {
  const { plan, choice, state, allowNoDataPlane = false, notice } = request;
  if (choice.type === "file" || dataPlaneOf(choice) === "real") return;
  const before = state === undefined ? {} : outputsIn(state);
  const joining = existingIn(plan).filter((name) => !existingBefore(before).includes(name));
  if (choice.type === "recorded" && joining.length === 0) return;
  const why = whyNoDataPlane(choice);
  // It would replace something that works, change somebody's cluster, or be due to a single fault that can be
  // fixed.
  const reasons = [
    ...(before["dataPlane"] === "real" ? ["the running mesh has a data plane"] : []),
    ...(joining.length > 0
      ? [
          `${listNames(joining)} ${joining.length === 1 ? "exists" : "exist"} already, with others' workloads`,
        ]
      : []),
    ...(choice.type === "found" && isMendable(choice.found) ? ["other images are available"] : []),
    ...(choice.type === "found" && choice.found.fault !== undefined ? [choice.found.fault] : []),
  ];
  if (reasons.length === 0 && request.withoutRegistry === true) {
    notice(`${why}\n${consequence}`);
    return;
  }
  const more = reasons.length === 0 ? "" : ` And ${reasons.join("; ")}.`;
  const question = `${why}${more}\n${consequence}\nContinue without a data plane?`;
  if (await isGiven(allowNoDataPlane, question)) {
    notice(`${why} ${consequence}`);
    return;
  }
  throw badInput(
    `${why}${more}\n${consequence} Nothing was changed.\n` +
      "Try again when the registry answers (HTTPS_PROXY and NO_PROXY are respected), or provide the images " +
      "(IMAGES=DIRECTORY, made by docker save). To continue without a data plane: --allow-no-data-plane",
  );
}

const consequence =
  "Stand-ins would replace Linkerd's proxy: nothing is encrypted, and no traffic crosses a gateway.";

function dataPlaneOf(choice: SourcesChoice): "real" | "none" {
  if (choice.type === "found") return choice.found.plan.dataPlane;
  return choice.sources.dataPlane ?? "real";
}

function existingIn({ clusters }: Plan): string[] {
  return clusters.flatMap(({ type, name }) => (type === "existing" ? [name] : []));
}

function existingBefore(outputs: Outputs): string[] {
  const plan = outputs["plan"] as Plan | undefined;
  return plan === undefined ? [] : existingIn(plan);
}

/** There is a registry, or some of the images: with one more step there is a data plane. */
function isMendable({ reach, plan }: FoundSources): boolean {
  return reachesRegistry(reach) || plan.notes.length > 0;
}

function whyNoDataPlane(choice: SourcesChoice): string {
  if (choice.type !== "found") return "This stack was created without a data plane.";
  const { reach, plan, silence } = choice.found;
  if (plan.notes.length > 0) return `${plan.notes.join(" ")}.`;
  return reachesRegistry(reach)
    ? `${linkerdRegistry}, which has Linkerd's images, does not answer as a registry; others do.`
    : `No container registry can be reached${silence === undefined ? "" : ` (${linkerdRegistry}: ${silence})`}, and ` +
        "no Linkerd images are given.";
}

interface BringOptions extends SourcesOptions {
  /** There are kind clusters, which need the node image. */
  readonly makesNodes: boolean;
  readonly notice: (text: string) => void;
  /** @default the real search, which asks registries */
  readonly find?: typeof findSources;
}

/**
 * Provides the chosen sources, and builds what they need.
 *
 * @throws CommandError if what a stack was made from no longer exists
 */
export async function bringSources(choice: SourcesChoice, options: BringOptions): Promise<Sources> {
  if (choice.type === "file") return choice.sources;
  if (choice.type === "found") return make(choice.found, options);
  for (const note of choice.notes ?? []) options.notice(note);
  await loadIntoDocker(choice.forDocker ?? [], options);
  const missing = await missingOf(choice.sources, options);
  if (missing.length === 0) return complete(choice.sources, options);
  // Fills an emptied cache again with the same content.
  const { find = findSources } = options;
  const wants = {
    prometheus: choice.sources.prometheusArchive !== undefined,
    jaeger: choice.sources.jaegerArchive !== undefined,
    viz: choice.sources.viz !== undefined,
    loadBalancer: choice.sources.metallb !== undefined,
  };
  const again = await make(await find({ env: options.env, images: "" }), { ...options, wants });
  // An earlier version of the package didn't record the release of Linkerd.
  const { linkerdVersion = again.linkerdVersion } = choice.sources;
  const wanted = { ...choice.sources, ...(linkerdVersion !== undefined && { linkerdVersion }) };
  if (isDeepStrictEqual(again, wanted)) return complete(again, options);
  throw new CommandError(
    `files that this stack was created from are missing: ${missing.join(", ")}. Put them back, or run ` +
      "`up --new-sources`, which chooses images and charts again. It says beforehand if a " +
      "cluster would be recreated",
  );
}

/** What was built here for a topology that didn't want all that it wants now lacks some. */
async function complete(sources: Sources, options: BringOptions): Promise<Sources> {
  const isBuiltHere =
    isNodeImageMadeHere(sources.nodeImage) ||
    sources.images?.pause?.startsWith("localhost/linkerd-topology/") === true;
  return isBuiltHere ? completeSources(sources, options) : sources;
}

async function make(found: FoundSources, { notice, ...options }: BringOptions): Promise<Sources> {
  const made = await makeSources(found, options);
  for (const note of made?.notes ?? []) notice(note);
  return made === undefined ? {} : readSources(made.path);
}

async function missingOf(
  {
    nodeImage,
    archives = [],
    prometheusArchive,
    jaegerArchive,
    viz,
    metallb,
    charts,
    gatewayApi,
  }: Sources,
  { makesNodes, env }: BringOptions,
): Promise<string[]> {
  const { archives: balancer = [], chart } = metallb ?? {};
  const files = [
    ...archives,
    prometheusArchive,
    jaegerArchive,
    ...(viz?.archives ?? []),
    ...balancer,
    chart,
    charts,
    gatewayApi,
  ].filter((file) => file !== undefined);
  const missing = files.filter((file) => !existsSync(file));
  // kind pulls other people's images.
  if (makesNodes && nodeImage !== undefined && isNodeImageMadeHere(nodeImage)) {
    const there = await docker(["image", "inspect", "--format", "{{.Id}}", nodeImage], env).then(
      () => true,
      () => false,
    );
    if (!there) missing.push(`the image ${nodeImage}`);
  }
  return missing;
}
