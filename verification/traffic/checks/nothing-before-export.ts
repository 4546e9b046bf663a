import { type Check, failed, notRun, type Outcome, passed } from "../../checks/check.ts";
import type { Service } from "../../../kubernetes/objects.ts";
import { getIfThere } from "../../../kubernetes/optional.ts";
import { corePath } from "../../../linkerd/names.ts";
import { ask, isLate, notAnswered, wordsOf } from "../ask.ts";
import { kindWords, type RouteKind } from "../probe-plan.ts";
import { requestOf } from "../request.ts";
import { apiOf, dataPlaneOf, lackingOf, type RouteSubject } from "../probe-context.ts";

/**
 * The negative control: requests that must succeed later fail now. Without it, an answer from something else
 * could be taken for the mesh.
 */
export function nothingBeforeExport(kind: RouteKind): Check<RouteSubject> {
  return {
    id: `${kind}-control`,
    title: `${kindWords[kind]}: fails before it is exported`,
    run: async ({ context, route }): Promise<Outcome> => {
      const { source, mirror, members } = route;
      if (route.obstacle !== undefined) return notRun(route.obstacle);
      if (lackingOf(context, [source]).length > 0) {
        return notRun(`${source} has no client to ask from`);
      }
      const api = apiOf(context, source);
      const path = corePath(context.namespace, "services", mirror);
      if ((await getIfThere<Service>(api, path)) !== undefined) {
        return failed(
          `${source} has a Service ${mirror}, but nothing was exported for it`,
          "Something else creates Services in new namespaces; check its managedFields.",
        );
      }
      if (dataPlaneOf(context, [source, ...members]) === "none") return passed("no mirror");
      const [answer] = await ask(context, source, [requestOf(context, route, "/hostname")]);
      // If nobody answers in time, the machine may be slow; that doesn't prove that the name leads nowhere.
      if (answer === undefined || isLate(answer)) return notRun(notAnswered(answer));
      return answer.status !== undefined && answer.status < 400
        ? failed(
            `${mirror} answers (${wordsOf(answer)}) although nothing is exported`,
            "Something answers for names that don't exist, such as a wildcard of the DNS or a proxy: no request proves anything then.",
          )
        : passed(`no mirror; ${wordsOf(answer)}`);
    },
  };
}
