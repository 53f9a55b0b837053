import type { PersonalDataFinding } from "@granary/protocol";

type Evident = Pick<PersonalDataFinding, "evidence" | "title" | "titles">;
type WriteNumber = (value: number) => string;

/** What the values say: "9,812 of 10,000 different values are e-mail addresses". */
function valuesText({ evidence, title, titles }: Evident, number: WriteNumber): string {
  const { looked, matched, recogniser, inText } = evidence;
  const counted = `${number(matched)} of ${number(looked)}`;
  if (inText) return `${counted} different texts have ${/^[aeiou]/i.test(title) ? "an" : "a"} ${title} in them.`;
  const isSure = recogniser === "evident" || recogniser === "checksum";
  return `${counted} different values ${isSure ? "are" : "may be"} ${titles}.`;
}

/** Why a column is held for personal data, in a sentence or two. */
export function evidenceText(finding: Evident, number: WriteNumber): string {
  const { nameWords, looked } = finding.evidence;
  const called = nameWords === null ? "" : `Its name says “${nameWords}”`;
  if (looked === 0) return `${called}; it has no values yet.`;
  const values = valuesText(finding, number);
  return called === "" ? values : `${values} ${called}.`;
}

const SURE = 0.85;
const LIKELY = 0.65;

/** How sure a finding is, in a word. */
export function confidenceText(confidence: number): "sure" | "likely" | "possible" {
  if (confidence >= SURE) return "sure";
  return confidence >= LIKELY ? "likely" : "possible";
}
