import type { Entity } from "@granary/protocol";
import { contactRecognisers } from "./contact.ts";
import { credentialRecognisers } from "./credentials.ts";
import { cryptoRecognisers } from "./crypto-addresses.ts";
import { americasAndAfrica } from "./ids-americas-africa.ts";
import { asiaAndPacific } from "./ids-asia-pacific.ts";
import { northernEurope } from "./ids-northern-europe.ts";
import { southernEurope } from "./ids-southern-europe.ts";
import { unitedStates } from "./ids-united-states.ts";
import { westernEurope } from "./ids-western-europe.ts";
import { networkRecognisers } from "./network.ts";
import { paymentRecognisers } from "./payment.ts";
import { peopleRecognisers } from "./people.ts";
import { phoneRecognisers } from "./phone.ts";
import { dateRecognisers, placeRecognisers } from "./places.ts";
import type { Recogniser } from "./recogniser.ts";

/** What a workspace looks for. */
export interface RecogniseOptions {
  /** Two letters; numbers of phones without a country are tried as numbers of this country first. */
  readonly phoneRegion?: string | undefined;
  /** Kinds that are looked for only where they are asked for, as too much else looks like them. */
  readonly also?: readonly Entity[] | undefined;
}

/** Licences have no common form: any code of letters and digits would be one wherever a column is called so. */
const ONLY_WHEN_ASKED: ReadonlySet<Entity> = new Set(["driver_licence"]);

const FIXED: readonly Recogniser[] = [
  ...contactRecognisers,
  ...paymentRecognisers,
  ...cryptoRecognisers,
  ...networkRecognisers,
  ...credentialRecognisers,
  ...unitedStates,
  ...westernEurope,
  ...southernEurope,
  ...northernEurope,
  ...americasAndAfrica,
  ...asiaAndPacific,
  ...peopleRecognisers,
  ...placeRecognisers,
  ...dateRecognisers,
];

/** The recognisers by which a workspace looks for personal data. */
export function recognisersFor({ phoneRegion, also = [] }: RecogniseOptions): readonly Recogniser[] {
  return [...phoneRecognisers(phoneRegion), ...FIXED.filter(({ entity }) => !ONLY_WHEN_ASKED.has(entity) || also.includes(entity))];
}
