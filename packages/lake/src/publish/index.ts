export { type PublishOptions, type PublishParts, type Published, publish } from "./publish.ts";
