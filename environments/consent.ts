/**
 * Leave to do something that nobody wants by accident: given or refused beforehand, or a way to ask whoever
 * sits there.
 */
export type Consent = boolean | ((question: string) => Promise<boolean>);

/** @param question ends with what would be done, and a question mark */
export async function isGiven(consent: Consent, question: string): Promise<boolean> {
  return typeof consent === "boolean" ? consent : consent(question);
}
