export { fileRange, headOf, readAt } from "./byte-source.ts";
export { DEFAULT_LIMITS, inflate, type UnpackLimits } from "./inflate.ts";
export { type ZipMember, zipMembers } from "./zip-directory.ts";
export { zipMemberBytes } from "./zip-member.ts";
