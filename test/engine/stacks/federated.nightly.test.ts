import { describeChangeSets } from "../change-sets.ts";

describeChangeSets("federated");
