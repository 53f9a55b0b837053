export { byLikelihood } from "./by-likelihood.ts";
