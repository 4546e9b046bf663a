import { resolve } from "node:path";
import { GivenImagesError, type GivenArchive } from "./given-images.ts";

/** The roles that a provided image can have. */
export type Role =
  | "node"
  | "load balancer"
  | "controller"
  | "proxy"
  | "pause"
  | "probe"
  | "prometheus"
  | "jaeger"
  | VizRole;

/** The images of linkerd-viz. */
export type VizRole = "metrics-api" | "tap" | "web";

/** What runs in Docker itself. The nodes get everything else. */
const rolesInDocker = ["node", "load balancer"] as const satisfies readonly Role[];

/** An image in an archive that Docker gets. */
export interface ImageForDocker {
  readonly role: (typeof rolesInDocker)[number];
  readonly reference: string;
  /** Path of the archive. */
  readonly archive: string;
}

/** How the archives in a directory are used. */
export interface GivenParts {
  /** The image for each role. If several fit, the first one is used. */
  readonly roles: ReadonlyMap<Role, { readonly reference: string; readonly archive: GivenArchive }>;
  /** Absolute paths of the archives that are loaded into the nodes. */
  readonly loaded: readonly string[];
  /** Notes about archives that are not used. */
  readonly notes: readonly string[];
}

/** The provided images that Docker gets. */
export function imagesForDocker({ roles }: Pick<GivenParts, "roles">): readonly ImageForDocker[] {
  return rolesInDocker.flatMap((role) => {
    const image = roles.get(role);
    return image === undefined
      ? []
      : [{ role, reference: image.reference, archive: image.archive.path }];
  });
}

/** The parts if no directory is provided. */
export const nothingGiven: GivenParts = { roles: new Map(), loaded: [], notes: [] };

/**
 * Decides how each archive of a directory is used with this version of Linkerd.
 *
 * @throws if one of Linkerd's images is there only in other versions, because the user meant to use it
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
        `Put those of ${linkerdVersion} there ("docker save -o FILE.tar ${pulled}"), or remove these from the directory`,
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

/** Whether the nodes get the images: those that don't run in Docker itself, except Linkerd's of another version. */
function isLoaded({ references }: GivenArchive, linkerdVersion: string): boolean {
  const roles = references.map((reference) => roleOf(reference, linkerdVersion));
  if (rolesInDocker.some((role) => roles.includes(role))) return false;
  return (
    references.length === 0 ||
    references.some(
      (reference, index) => roles[index] !== undefined || linkerdPartOf(reference) === undefined,
    )
  );
}

/** Returns the role of an image, by its reference. */
export function roleOf(reference: string, linkerdVersion: string): Role | undefined {
  const { repository, tag } = split(reference);
  if (/(?:^|\/)kindest\/node$/.test(repository)) return "node";
  // Which of the two depends on the release of kind.
  if (/(?:^|\/)(?:envoyproxy\/envoy|kindest\/haproxy)$/.test(repository)) return "load balancer";
  if (/\/pause$/.test(repository)) return "pause";
  if (/\/agnhost$/.test(repository)) return "probe";
  if (/\/prometheus$/.test(repository)) return "prometheus";
  if (/\/jaeger$/.test(repository)) return "jaeger";
  // An image of another version does not fit the charts.
  return tag === linkerdVersion ? (linkerdPartOf(reference) ?? vizPartOf(repository)) : undefined;
}

function vizPartOf(repository: string): VizRole | undefined {
  return /(?:^|\/)linkerd\/(metrics-api|tap|web)$/.exec(repository)?.[1] as VizRole | undefined;
}

/** Returns true for Linkerd's images, of any version. */
export function isLinkerds(reference: string): boolean {
  return linkerdPartOf(reference) !== undefined;
}

/** Returns which of Linkerd's images this is, of any version. */
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
