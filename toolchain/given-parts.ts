import { resolve } from "node:path";
import { GivenImagesError, type GivenArchive } from "./given-images.ts";

/** The parts of a topology that a given image can play. */
export type Role = "node" | "controller" | "proxy" | "pause" | "probe";

/** What the archives of a directory are good for. */
export interface GivenParts {
  /** Images by the part that they play; the first one that fits a part has it. */
  readonly roles: ReadonlyMap<Role, { readonly reference: string; readonly archive: GivenArchive }>;
  /** Archives that are loaded into the nodes, by their absolute paths. */
  readonly loaded: readonly string[];
  /** What the directory has and nothing uses. */
  readonly notes: readonly string[];
}

/** Of no directory. */
export const nothingGiven: GivenParts = { roles: new Map(), loaded: [], notes: [] };

/**
 * What the archives of a directory are good for with this version of Linkerd.
 *
 * @throws where one of Linkerd's images is there in other versions only: that one was meant to be used
 */
export function partsOf(
  given: readonly GivenArchive[],
  linkerdVersion: string,
  directory: string,
): GivenParts {
  const images = given.flatMap((archive) =>
    archive.references.map((reference) => ({
      archive,
      reference,
      role: roleOf(reference, linkerdVersion),
      part: linkerdPartOf(reference),
    })),
  );
  const roles = new Map<Role, (typeof images)[number]>();
  for (const image of images) {
    if (image.role !== undefined && !roles.has(image.role)) roles.set(image.role, image);
  }
  const others = images.filter(({ role, part }) => role === undefined && part !== undefined);
  const lines = others
    .map(({ archive, reference }) => `\n  ${archive.path}: ${reference}`)
    .join("");
  const lacking = [...new Set(others.flatMap(({ part }) => part ?? []))].filter(
    (part) => !roles.has(part),
  );
  if (lacking.length > 0) {
    const pulled = lacking.map((part) => `cr.l5d.io/linkerd/${part}:${linkerdVersion}`).join(" ");
    throw new GivenImagesError(
      `IMAGES=${directory} has images of another version of Linkerd than ${linkerdVersion}, which the topology installs:${lines}\n` +
        `Put those of ${linkerdVersion} there ("docker save -o FILE.tar ${pulled}"), or take these out of the directory`,
    );
  }
  return {
    roles,
    loaded: given
      .filter((archive) => isLoaded(archive, linkerdVersion))
      .map(({ path }) => resolve(path)),
    notes:
      others.length === 0
        ? []
        : [
            `IMAGES=${directory} also has images of another version of Linkerd than ${linkerdVersion}. They are not used:${lines}`,
          ],
  };
}

/** A node image goes to Docker, Linkerd's images of another version nowhere, everything else into the nodes. */
function isLoaded({ references }: GivenArchive, linkerdVersion: string): boolean {
  const roles = references.map((reference) => roleOf(reference, linkerdVersion));
  if (roles.includes("node")) return false;
  return (
    references.length === 0 ||
    references.some(
      (reference, index) => roles[index] !== undefined || linkerdPartOf(reference) === undefined,
    )
  );
}

/** Which role an image plays, by its reference. */
export function roleOf(reference: string, linkerdVersion: string): Role | undefined {
  const { repository, tag } = split(reference);
  if (/(?:^|\/)kindest\/node$/.test(repository)) return "node";
  if (/\/pause$/.test(repository)) return "pause";
  if (/\/agnhost$/.test(repository)) return "probe";
  // Another version's image does not fit the charts.
  return tag === linkerdVersion ? linkerdPartOf(reference) : undefined;
}

/** Whether an image is one of Linkerd's, of whatever version. */
export function isLinkerds(reference: string): boolean {
  return linkerdPartOf(reference) !== undefined;
}

/** Which of Linkerd's images it is, of whatever version. */
function linkerdPartOf(reference: string): "controller" | "proxy" | undefined {
  const { repository } = split(reference);
  if (/(?:^|\/)linkerd\/controller$/.test(repository)) return "controller";
  if (/(?:^|\/)linkerd\/proxy$/.test(repository)) return "proxy";
  return undefined;
}

function split(reference: string): { readonly repository: string; readonly tag: string } {
  const [, repository = "", tag = ""] = /^(.*?)(?::([^:/@]+))?(?:@.*)?$/.exec(reference) ?? [];
  return { repository, tag };
}
