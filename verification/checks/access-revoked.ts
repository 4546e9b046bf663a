import { type Check, failed, kubectl, type LinkSubject, notRun, passed } from "./check.ts";

/**
 * The target doesn't let a source in whose account was revoked. No other check asks about such a Link: its
 * mirrors are meant to stay as they last were.
 */
export const accessRevoked: Check<LinkSubject> = {
  id: "access-revoked",
  title: "account revoked: the target lets nobody in",
  applies: ({ plan }) => plan.access.revoked,
  run: ({ plan, status, source }) => {
    if (!source.reachable) return notRun(`${plan.source} does not answer`);
    const { serviceMirror, discovery } = status;
    const isWatching = plan.mode !== "gateway" && discovery.trouble === undefined;
    // What can't be read may still let the source in.
    const unread = [serviceMirror.unread, discovery.unread].filter((why) => why !== undefined);
    if (unread.length > 0) {
      return failed(
        `it is unknown what ${plan.source} still holds of ${plan.target}: ${unread.join("; ")}`,
        `Look with: ${kubectl(source, "get pods -n linkerd-multicluster")}`,
      );
    }
    if (!serviceMirror.takenUp && !isWatching) return passed(serviceMirror.trouble);
    const who = [
      ...(serviceMirror.takenUp ? [`the service mirror's pod ${serviceMirror.pod ?? ""}`] : []),
      ...(isWatching ? ["linkerd-destination"] : []),
    ];
    return failed(
      `${who.join(" and ")} of ${plan.source} still hold data from ${plan.target}`,
      `Their watches end within ten minutes. To end them now: ${kubectl(source, "-n linkerd-multicluster rollout restart deploy")}`,
    );
  },
};
