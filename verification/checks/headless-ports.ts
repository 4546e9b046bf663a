import { mirroredByPod } from "../headless-exports.ts";
import { type Check, failedForGood, kubectl, type LinkSubject, passed } from "./check.ts";

/**
 * A headless Service that is mirrored pod by pod has the ports of its pods. A request to a pod's mirror goes
 * through the gateway to the pod's own address, where nothing translates `port` to `targetPort`.
 */
export const headlessPorts: Check<LinkSubject> = {
  id: "headless-ports",
  title: "headless exports have their pods' ports",
  applies: ({ plan, target }) => mirroredByPod(plan, target).length > 0,
  run: ({ plan, target }) => {
    const exported = mirroredByPod(plan, target);
    const translated = exported.filter(({ pods }) => pods.translated.length > 0);
    if (translated.length === 0) return passed(`${exported.length}`);
    const [first] = translated;
    return failedForGood(
      translated
        .map(
          ({ namespace, service, pods }) =>
            `${namespace}/${service} in ${plan.target}: port ${pods.translated.join(", ")}: ` +
            "nothing translates the port of a single pod, so that its mirror answers with 502",
        )
        .join("; "),
      "Give `port` and `targetPort` the same number, such as: " +
        kubectl(target, `-n ${first?.namespace ?? ""} edit service ${first?.service ?? ""}`),
    );
  },
};
