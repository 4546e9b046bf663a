import { credentialsName, multiclusterNamespace } from "../../../planning/names.ts";
import type { LinkPlan } from "../../../planning/plan-types.ts";
import { type Check, failed, notRun, passed } from "../../checks/check.ts";
import type { Answered } from "../asked.ts";
import { ask, wordsOf } from "../ask.ts";
import { readCredentials } from "../credentials.ts";
import { authorityFile } from "../objects.ts";
import { apiOf, lackingOf, type ProbeContext } from "../probe-context.ts";

export interface CredentialsSubject {
  readonly context: ProbeContext;
  readonly link: LinkPlan;
}

/**
 * A pod of the source can log in to the target's API with the Link's own credentials, and list what the
 * service mirror lists. From outside, three faults can't be seen: names that only resolve here, addresses
 * that only this machine reaches, and revoked tokens.
 */
export const credentialsAccepted: Check<CredentialsSubject> = {
  id: "credentials-accepted",
  title: "credentials accepted from a pod of the source",
  run: async ({ context, link: { source, target, name, found } }) => {
    if (lackingOf(context, [source]).length > 0)
      return notRun(`${source} has no client to ask from`);
    const api = apiOf(context, source);
    const credentials = await readCredentials(api, name);
    if ("problem" in credentials)
      return failed(
        credentials.problem,
        found === undefined
          ? "Run `up`, which makes it."
          : "Create it again: linkerd multicluster link-gen, with the target's context.",
      );
    const { server, serverName, token } = credentials;
    const [answer] = await ask(context, source, [
      {
        url: `${server}/api/v1/services?limit=1`,
        headers: [`authorization: Bearer ${token}`],
        authority: authorityFile(target),
        serverName,
      },
    ]);
    if (answer?.status === 200) return passed(server);
    return failed(
      `${server} does not let a pod of ${source} list Services: ${answer ? reasonOf(answer) : "no answer"}`,
      adviceOf(answer, source, target),
    );
  },
};

/** Only the API server's own message, without the rest of the body. */
function reasonOf(answer: Answered): string {
  if (answer.status === undefined) return wordsOf(answer);
  try {
    const { message } = JSON.parse(answer.body) as { message?: unknown };
    if (typeof message === "string") return `status ${answer.status}: ${message}`;
  } catch {
    // The answer came from something that isn't an API server.
  }
  return `status ${answer.status}`;
}

function adviceOf(answer: Answered | undefined, source: string, target: string): string {
  const secret = `Secret ${multiclusterNamespace}/${credentialsName(target)} of ${source}`;
  if (answer?.status === 401) {
    return `The token in ${secret} was revoked or is of an earlier ${target}: \`up\` replaces it.`;
  }
  if (answer?.status === 403) {
    return `The Link's account in ${target} lacks its role: \`up\` restores it.`;
  }
  if (answer?.status === undefined) {
    return `The address in ${secret} has to lead to ${target}'s API server from the pods of ${source}. For an existing cluster, set \`apiServer\`.`;
  }
  return `Something other than ${target}'s API server answers at the address in ${secret}.`;
}
