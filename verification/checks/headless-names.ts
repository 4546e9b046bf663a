import { strayNames, wordsFor } from "../headless-exports.ts";
import { nudgedAnnotation } from "../../linkerd/names.ts";
import type { Check, LinkSubject } from "./check.ts";
import { failed, kubectl, notRun, passed, repaired } from "./check.ts";

/** The source knows every pod of an exported headless Service by its name. */
export const headlessNames: Check<LinkSubject> = {
  id: "headless-names",
  title: "headless mirrors name their pods",
  applies: ({ status }) => status.mirrors.some(({ hostnames }) => hostnames !== undefined),
  run: ({ plan, status, target }) => {
    if (target.services === undefined) {
      return notRun(`the Services of ${plan.target} can't be listed`);
    }
    const stray = strayNames(status, target);
    if (stray.length === 0) {
      const names = status.mirrors.flatMap(({ hostnames = [] }) => hostnames);
      return passed(`${names.length} names`);
    }
    const touches = stray.map(({ namespace, service }) =>
      kubectl(
        target,
        `-n ${namespace} annotate endpoints ${service} ${nudgedAnnotation}=by-hand --overwrite`,
      ),
    );
    return failed(
      stray
        .map((one) => `${one.namespace}/${one.mirror} in ${plan.source} ${wordsFor(one)}`)
        .join("; "),
      `${repaired(plan.found !== undefined)}${touches.join("; ")}`,
    );
  },
};
