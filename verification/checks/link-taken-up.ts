import { multiclusterNamespace } from "../../planning/names.ts";
import { mirrorContainerOf, serviceMirrorOf } from "../link-parts.ts";
import { type Check, failed, kubectl, type LinkSubject, passed } from "./check.ts";

/** The service mirror works with the current Link, and the target lets it in. */
export const linkTakenUp: Check<LinkSubject> = {
  id: "link-taken-up",
  title: "Link taken up by its service mirror",
  run: ({ plan, status, source }) => {
    const { serviceMirror } = status;
    if (serviceMirror.takenUp) return passed(serviceMirror.pod);
    return failed(
      serviceMirror.trouble ?? "no reason known",
      `Look with: ${kubectl(source, `-n ${multiclusterNamespace} logs deploy/${serviceMirrorOf(plan)} -c ${mirrorContainerOf(plan)}`)}`,
    );
  },
};
