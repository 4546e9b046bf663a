import { controllerOf } from "../linkerd/names.ts";
import type { LinkPlan } from "../planning/plan-types.ts";

export function serviceMirrorOf({ name, found }: Pick<LinkPlan, "name" | "found">): string {
  return found?.controller ?? controllerOf(name);
}

export function mirrorContainerOf({ found }: Pick<LinkPlan, "found">): string {
  return found?.container ?? "controller";
}
